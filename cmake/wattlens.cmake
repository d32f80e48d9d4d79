# What every target shares, and the two functions that define a folder: its library and its tests.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

# Paths below the project's folder are told to the cache as relative ones: clones and worktrees share what they compile.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
                                  ${CCACHE_PROGRAM})
endif()

add_library(wattlens_flags INTERFACE)
target_include_directories(wattlens_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
# Portable numbers: the same seed gives the same weights and statistics whether or not the processor has FMA.
# Members that a designated initialiser leaves out have their defaults on purpose.
target_compile_options(wattlens_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
                                                -Wno-missing-field-initializers -ffp-contract=off)
if(WATTLENS_WERROR)
  target_compile_options(wattlens_flags INTERFACE -Werror)
endif()
if(WATTLENS_SANITIZE)
  target_compile_options(wattlens_flags INTERFACE -fsanitize=${WATTLENS_SANITIZE} -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
  target_link_options(wattlens_flags INTERFACE -fsanitize=${WATTLENS_SANITIZE})
endif()

# wattlens_library(NAME meter SOURCES a.cpp b.cpp [DEPENDS base record] [LIBRARIES fmt::fmt] [PRIVATE_LIBRARIES sqlite3])
# One folder, one library, one namespace: target wattlens_<name>.
function(wattlens_library)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPENDS;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  add_library(wattlens_${ARG_NAME} STATIC ${ARG_SOURCES})
  target_link_libraries(wattlens_${ARG_NAME} PUBLIC wattlens_flags ${ARG_LIBRARIES} PRIVATE ${ARG_PRIVATE_LIBRARIES})
  foreach(dependency ${ARG_DEPENDS})
    target_link_libraries(wattlens_${ARG_NAME} PUBLIC wattlens_${dependency})
  endforeach()
endfunction()

# wattlens_test(NAME meter SOURCES a_test.cpp [LIBRARIES wattlens_meter])
# The tests of one folder: executable test_<name>, one CTest per GoogleTest case.
function(wattlens_test)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(test_${ARG_NAME} ${ARG_SOURCES})
  target_include_directories(test_${ARG_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(test_${ARG_NAME} PRIVATE wattlens_flags test_paths ${ARG_LIBRARIES} GTest::gmock
                                                 GTest::gtest_main)
  gtest_discover_tests(test_${ARG_NAME} TEST_PREFIX "${ARG_NAME}." PROPERTIES LABELS ${ARG_NAME}
                       DISCOVERY_TIMEOUT 60)
endfunction()
