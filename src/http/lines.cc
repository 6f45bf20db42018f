#include "http/lines.h"

namespace weft::http {

bool Lines::feed(std::string_view bytes, const std::function<void(std::string_view)>& on_line) {
  for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
    rest_ += bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (rest_.size() > kLongest) return false;
    on_line(rest_);
    rest_.clear();
  }
  rest_ += bytes;
  return rest_.size() <= kLongest;
}

}  // namespace weft::http
