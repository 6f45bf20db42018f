#pragma once
// Lines out of bytes that come in pieces.

#include <functional>
#include <string>
#include <string_view>

namespace weft::http {

class Lines {
 public:
  /// A peer must not fill our memory with one line.
  static constexpr std::size_t kLongest = 1 << 20;

  /// Hands over each line that is complete now, without its end. False when one is too long: the rest of the
  /// bytes means nothing then.
  bool feed(std::string_view bytes, const std::function<void(std::string_view)>& on_line);

 private:
  std::string rest_;
};

}  // namespace weft::http
