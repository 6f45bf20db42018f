#pragma once
// The `weft` command line: options, commands, exit status.

namespace weft::cli {

/// Exit status: 0 done; 1 it failed (message on standard error); 2 wrong usage.
int run(int argc, const char* const* argv);

}  // namespace weft::cli
