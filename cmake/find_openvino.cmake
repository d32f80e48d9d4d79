# Finds OpenVINO.
#
# It comes in the wheel that `make setup` puts into .venv; another venv is chosen with -DWATTLENS_VENV=FOLDER or the
# environment variable of that name, another OpenVINO with CMAKE_PREFIX_PATH or OpenVINO_DIR. Gives the imported
# target openvino::runtime and WATTLENS_OPENVINO_LIBRARIES, the folder of its shared libraries. Without OpenVINO,
# WATTLENS_WITH_OPENVINO is OFF from here on, for this configuration only.

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
