# cmake -DOUTPUT=FILE.cpp "-DREFERENCES=a.json;b.json" -P embed_references.cmake
# Writes embedded_references(): the text of each file by its name, as string literals, which cost nothing at start-up.
set(entries "")
foreach(reference ${REFERENCES})
  get_filename_component(name ${reference} NAME_WE)
  file(READ ${reference} text)
  string(APPEND entries "    {\"${name}\", R\"~json~(${text})~json~\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"workload/reference_outputs.h\"

#include <utility>

namespace wattlens::workload {

std::string_view embedded_references(std::string_view network) {
  static constexpr std::pair<std::string_view, std::string_view> kReferences[] = {
${entries}    {},
  };
  for (const auto& [name, text] : kReferences) {
    if (name == network) return text;
  }
  return {};
}

}  // namespace wattlens::workload
")
