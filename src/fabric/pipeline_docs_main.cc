// Prints docs/reference/pipeline.md.

#include <cstdio>

#include "fabric/pipeline_docs.h"

int main() {
  std::fputs(weft::fabric::pipeline_document().c_str(), stdout);
}
