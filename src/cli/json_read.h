#pragma once
// Members of what agents answer, or nothing where they are absent or of another type.

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::cli {

std::string text_of(const boost::json::object& object, std::string_view key);
std::int64_t number_of(const boost::json::object& object, std::string_view key);
bool truth_of(const boost::json::object& object, std::string_view key);

}  // namespace weft::cli
