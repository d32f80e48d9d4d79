#include "audit/nvidia_boards.h"

#include <array>

namespace wattlens::audit {
namespace {

struct Board {
  std::string_view name;  // a part of it
  std::string_view generation;
};
// The first that fits counts: longer names before those that they hold.
constexpr std::array<Board, 40> kBoards = {{
    {"RTX PRO", "blackwell"}, {"RTX 50", "blackwell"}, {"B100", "blackwell"},   {"B200", "blackwell"},
    {"GB200", "blackwell"},   {"H100", "hopper"},      {"H200", "hopper"},      {"H800", "hopper"},
    {"GH200", "hopper"},      {"H20", "hopper"},       {"RTX 40", "ada"},       {"Ada Generation", "ada"},
    {"RTX 6000 Ada", "ada"},  {"L40", "ada"},          {"NVIDIA L4", "ada"},    {"NVIDIA L20", "ada"},
    {"A100", "ga100"},        {"A800", "ga100"},       {"A30", "ga100"},        {"RTX 30", "ga10x"},
    {"RTX A", "ga10x"},       {"NVIDIA A10", "ga10x"}, {"NVIDIA A16", "ga10x"}, {"NVIDIA A40", "ga10x"},
    {"NVIDIA A2", "ga10x"},   {"RTX 20", "turing"},    {"GTX 16", "turing"},    {"Quadro RTX", "turing"},
    {"TITAN RTX", "turing"},  {"Tesla T4", "turing"},  {"NVIDIA T4", "turing"}, {"V100", "volta"},
    {"TITAN V", "volta"},     {"GV100", "volta"},      {"P100", "pascal"},      {"Tesla P4", "pascal"},
    {"GTX 10", "pascal"},     {"TITAN X", "pascal"},   {"Quadro P", "pascal"},  {"GTX 9", "maxwell"},
}};

}  // namespace

std::string_view nvidia_generation(std::string_view board) {
  for (const Board& known : kBoards) {
    if (board.find(known.name) != std::string_view::npos) return known.generation;
  }
  return {};
}

}  // namespace wattlens::audit
