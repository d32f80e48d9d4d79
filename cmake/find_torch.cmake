# Finds LibTorch, whose C++ headers and libraries lie in the Python wheel of PyTorch.
#
# It is looked for in WATTLENS_VENV; another one is chosen with CMAKE_PREFIX_PATH or Torch_ROOT (the folder that holds
# include/ and lib/). Gives the imported target torch::runtime and WATTLENS_TORCH_LIBRARIES, the folder of its shared
# libraries. Without LibTorch, WATTLENS_WITH_TORCH is OFF from here on, for this configuration only.
#
# The wheel's own TorchConfig.cmake is not used: of a CUDA wheel it asks for nvcc and the whole CUDA toolkit, which
# nothing here needs.

set(WATTLENS_TORCH_LIBRARIES "")

function(wattlens_find_torch)
  file(GLOB wheels ${WATTLENS_VENV}/lib/python3*/site-packages/torch)
  find_path(include torch/headeronly/version.h PATHS ${Torch_ROOT} ${wheels} PATH_SUFFIXES include NO_CACHE)
  if(NOT include)
    message(STATUS "LibTorch: not found in ${WATTLENS_VENV}: building without it; tools/setup.sh torch installs it")
    set(WATTLENS_WITH_TORCH OFF PARENT_SCOPE)
    return()
  endif()
  get_filename_component(root ${include}/.. ABSOLUTE)
  file(STRINGS ${include}/torch/headeronly/version.h lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE "[^0-9;]" "" numbers "${lines}")
  list(JOIN numbers "." version)
  if(version VERSION_LESS 2.11)
    message(NOTICE "-- LibTorch: ${version} in ${root} is older than 2.11: building without it")
    set(WATTLENS_WITH_TORCH OFF PARENT_SCOPE)
    return()
  endif()
  add_library(torch::runtime INTERFACE IMPORTED GLOBAL)
  # After the system's own headers: the wheel brings another version of {fmt}.
  target_compile_options(torch::runtime INTERFACE
    "SHELL:-idirafter ${include}" "SHELL:-idirafter ${include}/torch/csrc/api/include")
  target_link_libraries(torch::runtime INTERFACE ${root}/lib/libtorch_cpu.so ${root}/lib/libc10.so)
  target_link_options(torch::runtime INTERFACE -Wl,-rpath-link,${root}/lib)
  message(STATUS "LibTorch: ${version} in ${root}")
  set(WATTLENS_TORCH_LIBRARIES ${root}/lib PARENT_SCOPE)
endfunction()

if(WATTLENS_WITH_TORCH)
  wattlens_find_torch()
endif()
