# Finds the engines, and says where their workers will be in engines.json, which the command line reads.

set(venv_default ${PROJECT_SOURCE_DIR}/.venv)
if(DEFINED ENV{WATTLENS_VENV})
  set(venv_default $ENV{WATTLENS_VENV})
endif()
set(WATTLENS_VENV ${venv_default} CACHE PATH "The Python environment that carries the engines' wheels")

include(cmake/find_openvino.cmake)
include(cmake/find_torch.cmake)

# wattlens_add_engine(LIST NAME WORKER LIBRARY_PATH): one more entry in the JSON array whose text LIST holds.
function(wattlens_add_engine list name worker library_path)
  set(engine "{}")
  foreach(field "name;${name}" "worker;${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${worker}" "library_path;${library_path}")
    list(GET field 0 key)
    list(GET field 1 value)
    string(REPLACE "\\" "\\\\" value "${value}")
    string(REPLACE "\"" "\\\"" value "${value}")
    string(JSON engine SET "${engine}" ${key} "\"${value}\"")
  endforeach()
  string(JSON count LENGTH "${${list}}")
  string(JSON longer SET "${${list}}" ${count} "${engine}")
  set(${list} "${longer}" PARENT_SCOPE)
endfunction()

# Each build has its list of engines beside its binary; build/engines.json is that of the release build, for others to
# read: a measurement is made with a release worker.
function(wattlens_write_engines)
  set(engines "[]")
  if(WATTLENS_WITH_OPENVINO)
    wattlens_add_engine(engines openvino wattlens-worker-openvino "${WATTLENS_OPENVINO_LIBRARIES}")
  endif()
  if(WATTLENS_WITH_TORCH)
    wattlens_add_engine(engines libtorch wattlens-worker-libtorch "${WATTLENS_TORCH_LIBRARIES}")
  endif()
  string(JSON text SET [[{"schema": "wattlens.engines/1"}]] engines "${engines}")
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/engines.json CONTENT "${text}\n" @ONLY)
  if(CMAKE_BINARY_DIR STREQUAL "${PROJECT_SOURCE_DIR}/build/release")
    file(CONFIGURE OUTPUT ${PROJECT_SOURCE_DIR}/build/engines.json CONTENT "${text}\n" @ONLY)
  endif()
endfunction()
wattlens_write_engines()
