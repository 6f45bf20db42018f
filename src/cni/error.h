#pragma once
// CNI error codes and error objects (CNI specification 1.0, section 5, "Error").

#include <string>
#include <string_view>

#include "base/result.h"

namespace weft::cni {

/// Codes below 100 are the specification's; from 100 on they are Weft's own.
enum class ErrorCode : int {
  kIncompatibleVersion = 1,
  kUnsupportedField = 2,
  kUnknownContainer = 3,
  kInvalidEnvironment = 4,
  kIoFailure = 5,
  kDecodingFailure = 6,
  kInvalidNetworkConfig = 7,
  kTryAgainLater = 11,
  kNotFound = 100,   ///< a network, port or security group that the configuration names
  kConflict = 101,   ///< in use by somebody else
  kExhausted = 102,  ///< no address or identifier is free
  kForbidden = 103,
  kInternal = 104,
};

// Error::type of the failures that the specification tells apart and Errc does not.
inline constexpr std::string_view kIncompatibleVersion = "IncompatibleVersion";
inline constexpr std::string_view kUnsupportedField = "UnsupportedField";
inline constexpr std::string_view kUnknownContainer = "UnknownContainer";
inline constexpr std::string_view kInvalidEnvironment = "InvalidEnvironment";
inline constexpr std::string_view kIoFailure = "IoFailure";
inline constexpr std::string_view kDecodingFailure = "DecodingFailure";
inline constexpr std::string_view kInvalidNetworkConfig = "InvalidNetworkConfig";

/// An input error of one of the types above.
inline tl::unexpected<Error> invalid(std::string_view type, std::string message) {
  return fail(Errc::kInvalid, std::move(message), std::string(type));
}

/// The code of a failure: by its CNI type when it has one, else by its Errc.
ErrorCode code_of(const Error& error);

/// The error object for standard output, shaped for `version`; `details` says what the code means to the
/// reader.
std::string error_json(std::string_view version, const Error& error);
/// The same for a DEL, after which everything may still be there.
std::string del_error_json(std::string_view version, const Error& error);

}  // namespace weft::cni
