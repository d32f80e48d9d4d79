#include "cli/network_flags.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "cli/common_flags.h"

namespace wattlens::cli {

void add_network(CLI::App& app, NetworkCommands& all) {
  CLI::App& network = *app.add_subcommand("network", "The built-in networks: list, show, export");
  network.require_subcommand(1);
  network.footer("\nExamples:\n  wattlens network show resnet50\n  wattlens network export resnet50 -o resnet50.onnx");
  CLI::App& list = *network.add_subcommand("list", "Names, parameters, multiply-adds");
  list.footer("\nExample:\n  wattlens network list --format csv");
  add_output(list, all.list.output);

  CLI::App& show = *network.add_subcommand("show", "The layers of one network and what each costs");
  show.footer(
      "\nExamples:\n  wattlens network show resnet50 --image-size 176 --classes 10\n  wattlens network show mine.onnx");
  show.add_option("name", all.show.name, "The network, or a model file")->required()->type_name("NAME");
  show.add_option("--image-size", all.show.image_size, "Pixels along each side (the model's own; 224)")->type_name("N");
  show.add_option("--classes", all.show.classes, "Classes of a built-in network (1000)")->type_name("N");
  add_output(show, all.show.output);

  NetworkExportOptions& options = all.exporting;
  CLI::App& command = *network.add_subcommand("export", "Write one network as ONNX, or its weights as safetensors");
  command.footer(
      "\nExamples:\n  wattlens network export resnet50 -o resnet50.onnx\n"
      "  wattlens network export vit_b_16 --format safetensors --seed 7 -o vit.safetensors");
  command.add_option("name", options.name, "The network")->required()->type_name("NAME");
  command.add_option("-o,--output", options.file, "The file to write")->required()->type_name("FILE");
  const std::map<std::string, NetworkFormat> formats = {{"onnx", NetworkFormat::onnx},
                                                        {"safetensors", NetworkFormat::safetensors}};
  command
      .add_option_function<std::string>(
          "--format", [&options, formats](const std::string& name) { options.format = formats.at(name); },
          "onnx or safetensors (onnx)")
      ->check(CLI::IsMember(formats))
      ->type_name("FORMAT");
  command.add_flag("--single-file", options.single_file, "Weights inside the ONNX file, not beside it");
  command.add_option("--weights", options.weights, "A state dict (.safetensors); else seeded weights")
      ->type_name("FILE");
  command.add_option("--seed", options.seed, "Of the seeded weights (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command.add_option("--image-size", options.size.image_size, "Pixels along each side (224)")->type_name("N");
  command.add_option("--classes", options.size.classes, "Classes (1000)")->type_name("N");
  command.add_option("--batch", options.batch, "A fixed batch; else any")->check(CLI::PositiveNumber)->type_name("N");
}

}  // namespace wattlens::cli
