# Finds OpenVINO and says where its worker will be, in engines.json, which the command line reads.
#
# OpenVINO comes in the wheel that `make setup` puts into .venv; another venv is chosen with -DWATTLENS_VENV=FOLDER or
# the environment variable of that name, another OpenVINO with CMAKE_PREFIX_PATH or OpenVINO_DIR. Gives the imported
# target openvino::runtime and WATTLENS_OPENVINO_LIBRARIES, the folder of its shared libraries. Without OpenVINO,
# WATTLENS_WITH_OPENVINO is OFF from here on, for this configuration only.

set(venv_default ${PROJECT_SOURCE_DIR}/.venv)
if(DEFINED ENV{WATTLENS_VENV})
  set(venv_default $ENV{WATTLENS_VENV})
endif()
set(WATTLENS_VENV ${venv_default} CACHE PATH "The Python environment that carries the engines' wheels")
set(WATTLENS_OPENVINO_LIBRARIES "")

function(wattlens_find_openvino)
  # What an earlier configuration found by itself must not win over another WATTLENS_VENV; what the user named must.
  if(NOT OpenVINO_DIR OR OpenVINO_DIR STREQUAL "${WATTLENS_OPENVINO_FOUND_IN}")
    unset(OpenVINO_DIR CACHE)
    unset(TBB_DIR CACHE)
    set(search TRUE)
  endif()
  file(GLOB wheels ${WATTLENS_VENV}/lib/python3*/site-packages/openvino/cmake)
  find_package(OpenVINO 2026 CONFIG QUIET HINTS ${wheels})
  if(search)
    set(WATTLENS_OPENVINO_FOUND_IN "${OpenVINO_DIR}" CACHE INTERNAL "Where the last configuration found OpenVINO")
  endif()
  if(NOT OpenVINO_FOUND)
    message(NOTICE "-- OpenVINO: not found in ${WATTLENS_VENV}: building without it; run make setup to install it")
    set(WATTLENS_WITH_OPENVINO OFF PARENT_SCOPE)
    return()
  endif()
  set_target_properties(openvino::runtime PROPERTIES IMPORTED_GLOBAL TRUE)
  get_target_property(library openvino::runtime LOCATION)
  cmake_path(GET library PARENT_PATH folder)
  message(STATUS "OpenVINO: ${OpenVINO_VERSION} in ${folder}")
  set(WATTLENS_OPENVINO_LIBRARIES ${folder} PARENT_SCOPE)
endfunction()

if(WATTLENS_WITH_OPENVINO)
  wattlens_find_openvino()
endif()

# Each build has its list of engines beside its binary; build/engines.json is that of the release build, for others to
# read: a measurement is made with a release worker.
function(wattlens_write_engines)
  set(text [[{"schema": "wattlens.engines/1", "engines": []}]])
  if(WATTLENS_WITH_OPENVINO)
    set(engine "{}")
    foreach(field "name;openvino" "worker;${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/wattlens-worker-openvino"
                  "library_path;${WATTLENS_OPENVINO_LIBRARIES}")
      list(GET field 0 key)
      list(GET field 1 value)
      string(REPLACE "\\" "\\\\" value "${value}")
      string(REPLACE "\"" "\\\"" value "${value}")
      string(JSON engine SET "${engine}" ${key} "\"${value}\"")
    endforeach()
    string(JSON text SET "${text}" engines 0 "${engine}")
  endif()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/engines.json CONTENT "${text}\n" @ONLY)
  if(CMAKE_BINARY_DIR STREQUAL "${PROJECT_SOURCE_DIR}/build/release")
    file(CONFIGURE OUTPUT ${PROJECT_SOURCE_DIR}/build/engines.json CONTENT "${text}\n" @ONLY)
  endif()
endfunction()
wattlens_write_engines()
