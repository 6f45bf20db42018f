// The command line: composition only.

#include "cli/program.h"

int main(int argc, char** argv) {
  return weft::cli::run(argc, argv);
}
