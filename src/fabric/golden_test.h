#pragma once
// Golden tests: flows as text, reviewed as a diff. `WEFT_UPDATE_GOLDEN=1` writes the files anew.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "fabric/example_world.h"

namespace weft::fabric {

inline std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Compares with a committed file; the path is relative to the root of the tree.
inline void expect_file(const std::string& path, const std::string& text) {
  if (std::getenv("WEFT_UPDATE_GOLDEN")) std::ofstream(path) << text;
  EXPECT_EQ(read_file(path), text) << path << " differs; if that is meant, run with WEFT_UPDATE_GOLDEN=1";
}

/// Named cases of one golden file.
class Golden {
 public:
  Golden& add(const std::string& fact, const std::vector<openflow::Flow>& flows) {
    text_ += (text_.empty() ? "# " : "\n# ") + fact + '\n' + render(flows);
    return *this;
  }
  void expect(const std::string& name) const { expect_file("src/fabric/golden/" + name + ".flows", text_); }

 private:
  std::string text_;
};

}  // namespace weft::fabric
