# Finds LibTorch, whose C++ headers and libraries lie in the Python wheel of PyTorch.
#
# It is looked for in WATTLENS_VENV; another one is chosen with CMAKE_PREFIX_PATH or Torch_ROOT (the folder that holds
# include/ and lib/). Gives the imported target torch::runtime and WATTLENS_TORCH_LIBRARIES, the folder of its shared
# libraries. Without LibTorch, WATTLENS_WITH_TORCH is OFF from here on, for this configuration only.
#
# The wheel's own TorchConfig.cmake is not used: of a CUDA wheel it asks for nvcc and the whole CUDA toolkit, which
# nothing here needs.

set(WATTLENS_TORCH_LIBRARIES "")

# Adds what a LibTorch with CUDA has beyond one without. Its own libraries find CUDA's by themselves; the headers and the
# runtime library come with PyTorch as wheels of NVIDIA, or from an installed CUDA toolkit.
function(wattlens_add_cuda root description)
  if(NOT EXISTS ${root}/lib/libtorch_cuda.so)
    return()
  endif()
  file(GLOB nvidia ${root}/../nvidia/cuda_runtime ${root}/../nvidia/cu[0-9]*)
  find_path(cuda_include crt/host_config.h PATHS ${nvidia} /usr/local/cuda PATH_SUFFIXES include NO_CACHE)
  find_library(cuda_runtime NAMES cudart libcudart.so.12 libcudart.so.13 PATHS ${nvidia} /usr/local/cuda
               PATH_SUFFIXES lib lib64 NO_CACHE)
  if(NOT cuda_include OR NOT cuda_runtime)
    message(NOTICE "-- LibTorch: has CUDA, whose headers (nvidia-cuda-crt) or runtime library are not found: no GPUs")
    return()
  endif()
  target_compile_definitions(torch::runtime INTERFACE WATTLENS_TORCH_CUDA)
  target_compile_options(torch::runtime INTERFACE "SHELL:-idirafter ${cuda_include}")
  target_link_libraries(torch::runtime INTERFACE -Wl,--no-as-needed ${root}/lib/libtorch_cuda.so
                                                 ${root}/lib/libc10_cuda.so -Wl,--as-needed ${cuda_runtime})
  set(${description} " with CUDA" PARENT_SCOPE)
endfunction()

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
  wattlens_add_cuda(${root} cuda)
  message(STATUS "LibTorch: ${version}${cuda} in ${root}")
  set(WATTLENS_TORCH_LIBRARIES ${root}/lib PARENT_SCOPE)
endfunction()

if(WATTLENS_WITH_TORCH)
  wattlens_find_torch()
endif()
