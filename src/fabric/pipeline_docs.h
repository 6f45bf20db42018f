#pragma once
// The pipeline's reference, written from the declarations and the example world.

#include <string>

namespace weft::fabric {

/// docs/reference/pipeline.md.
std::string pipeline_document();

}  // namespace weft::fabric
