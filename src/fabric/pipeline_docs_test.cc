#include "fabric/pipeline_docs.h"

#include "fabric/families.h"
#include "fabric/golden_test.h"

namespace weft::fabric {
namespace {

TEST(PipelineDocs, AreWhatTheDeclarationsSay) {
  expect_file("docs/reference/pipeline.md", pipeline_document());
}

TEST(PipelineDocs, ShowAnExampleOfEveryFamily) {
  const std::string text = pipeline_document();
  for (const auto& family : kFamilies) {
    const auto heading = text.find("**" + std::string(family.name) + "**");
    ASSERT_NE(heading, std::string::npos);
    const auto next = text.find("\n**", heading), example = text.find("\n    priority=", heading);
    EXPECT_LT(example, next) << family.name;
  }
}

}  // namespace
}  // namespace weft::fabric
