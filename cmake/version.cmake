# Writes version_info.h for src/base/version.cpp at build time, and only when something in it changed: a build that
# changes nothing compiles nothing. Runs as a script; included, it defines the target wattlens_version_info.

if(CMAKE_SCRIPT_MODE_FILE)
  set(revision "unknown")
  # A copy of the sources inside another repository must not bear that repository's revision.
  execute_process(COMMAND git -C ${SOURCE} rev-parse --show-toplevel
                  OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  file(REAL_PATH ${SOURCE} source)
  if(top STREQUAL source)
    execute_process(COMMAND git -C ${SOURCE} describe --always --exclude=* --abbrev=12 --dirty
                    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(described)
      set(revision ${described})
    endif()
  endif()
  file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#pragma once
#define WATTLENS_VERSION "@VERSION@"
#define WATTLENS_REVISION "@revision@"
#define WATTLENS_BUILD_TYPE "@BUILD_TYPE@"
#define WATTLENS_COMPILER "@COMPILER@"
]])
  return()
endif()

set(build_type "${CMAKE_BUILD_TYPE}")
if(WATTLENS_SANITIZE)
  string(APPEND build_type " with -fsanitize=${WATTLENS_SANITIZE}")
endif()
add_custom_target(wattlens_version_info
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${CMAKE_BINARY_DIR}/generated/version_info.h
          -DVERSION=${PROJECT_VERSION} "-DBUILD_TYPE=${build_type}"
          "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" -P ${CMAKE_CURRENT_LIST_FILE}
  BYPRODUCTS ${CMAKE_BINARY_DIR}/generated/version_info.h
  COMMENT "Reading the git revision" VERBATIM)
