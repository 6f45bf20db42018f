# One folder under src/ is one static library, with its tests, benchmarks and fuzz targets beside its sources.
#
#   weft_library(net SOURCES mac.cc ip.cc DEPENDS base [LINK PkgConfig::X])   -> weft_net, alias weft::net
#   weft_test(net SOURCES mac_test.cc [DEPENDS ...])                           -> net_test, run by ctest label "unit"
#   weft_integration_test(ovsdb SOURCES x_itest.cc)                            -> ovsdb_itest, label "integration"
#   weft_bench(net SOURCES mac_bench.cc)                                       -> net_bench (Google Benchmark)
#   weft_fuzz(net_mac SOURCES mac_fuzz.cc DEPENDS net)                         -> net_mac_fuzz, label "fuzz"
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBNL_ROUTE REQUIRED IMPORTED_TARGET libnl-3.0 libnl-route-3.0)

add_library(weft_options INTERFACE)
target_include_directories(weft_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(weft_options INTERFACE -Wall -Wextra -Wno-missing-field-initializers)
# GCC 12 sees a mismatch between the operators new and delete of Asio's coroutine frames where there is none.
target_compile_options(weft_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)
# asio and beast are compiled once, in src/base/asio_impl.cc.
target_compile_definitions(weft_options INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                           BOOST_ASIO_NO_DEPRECATED WEFT_VERSION="${PROJECT_VERSION}")
target_link_libraries(weft_options INTERFACE Threads::Threads fmt::fmt spdlog::spdlog Boost::headers)
if(WEFT_SANITIZE)
  target_compile_options(weft_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                         -fno-omit-frame-pointer)
  target_link_options(weft_options INTERFACE -fsanitize=address,undefined)
endif()
if(WEFT_FUZZ)
  target_compile_options(weft_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(weft_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(weft_${name} STATIC ${ARG_SOURCES})
  add_library(weft::${name} ALIAS weft_${name})
  target_link_libraries(weft_${name} PUBLIC weft_options ${ARG_LINK})
  foreach(dep ${ARG_DEPENDS})
    target_link_libraries(weft_${name} PUBLIC weft::${dep})
  endforeach()
endfunction()

function(_weft_gtest target label name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE weft::${name} GTest::gmock GTest::gtest_main ${ARG_LINK})
  foreach(dep ${ARG_DEPENDS})
    target_link_libraries(${target} PRIVATE weft::${dep})
  endforeach()
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${target} COMMAND ${target} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${target} PROPERTIES LABELS ${label} TIMEOUT 900)
endfunction()

function(weft_test name)
  _weft_gtest(${name}_test unit ${name} ${ARGN})
endfunction()

function(weft_integration_test name)
  _weft_gtest(${name}_itest integration ${name} ${ARGN})
endfunction()

function(weft_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name}_bench ${ARG_SOURCES})
  target_link_libraries(${name}_bench PRIVATE weft::${name} benchmark::benchmark_main)
  set_target_properties(${name}_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endfunction()

# A fuzz target defines LLVMFuzzerTestOneInput. With WEFT_FUZZ it is a libFuzzer binary; always it is also built against
# src/base/fuzz_main.cc, which runs a fixed count of seeded mutations, so that every `make test` exercises it.
function(weft_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name}_fuzz ${ARG_SOURCES})
  foreach(dep ${ARG_DEPENDS})
    target_link_libraries(${name}_fuzz PRIVATE weft::${dep})
  endforeach()
  if(WEFT_FUZZ)
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name}_fuzz PRIVATE ${CMAKE_SOURCE_DIR}/src/base/fuzz_main.cc)
    target_link_libraries(${name}_fuzz PRIVATE weft_options)
    add_test(NAME ${name}_fuzz COMMAND ${name}_fuzz 20000 ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name}
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name}_fuzz PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
  set_target_properties(${name}_fuzz PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction()

function(weft_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  foreach(dep ${ARG_DEPENDS})
    target_link_libraries(${name} PRIVATE weft::${dep})
  endforeach()
endfunction()
