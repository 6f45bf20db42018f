#include "cni/error.h"

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weft::cni {
namespace {

struct TypedCode {
  std::string_view type;
  ErrorCode code;
};
constexpr std::array kByType{
    TypedCode{kIncompatibleVersion, ErrorCode::kIncompatibleVersion},
    TypedCode{kUnsupportedField, ErrorCode::kUnsupportedField},
    TypedCode{kUnknownContainer, ErrorCode::kUnknownContainer},
    TypedCode{kInvalidEnvironment, ErrorCode::kInvalidEnvironment},
    TypedCode{kIoFailure, ErrorCode::kIoFailure},
    TypedCode{kDecodingFailure, ErrorCode::kDecodingFailure},
    TypedCode{kInvalidNetworkConfig, ErrorCode::kInvalidNetworkConfig},
};

ErrorCode code_of(Errc code) {
  switch (code) {
    case Errc::kInvalid:
      return ErrorCode::kInvalidNetworkConfig;
    case Errc::kNotFound:
      return ErrorCode::kNotFound;
    case Errc::kConflict:
      return ErrorCode::kConflict;
    case Errc::kForbidden:
      return ErrorCode::kForbidden;
    case Errc::kExhausted:
      return ErrorCode::kExhausted;
    case Errc::kUnavailable:
    case Errc::kTimeout:
      return ErrorCode::kTryAgainLater;
    case Errc::kProtocol:
      return ErrorCode::kDecodingFailure;
    case Errc::kInternal:
      return ErrorCode::kInternal;
  }
  return ErrorCode::kInternal;
}

std::string_view advice(ErrorCode code) {
  switch (code) {
    case ErrorCode::kIncompatibleVersion:
      return "set cniVersion to one of the supported versions";
    case ErrorCode::kUnsupportedField:
      return "remove the field, or see the configuration reference, docs/cni.md";
    case ErrorCode::kUnknownContainer:
      return "the container has no interface made by Weft on this node";
    case ErrorCode::kInvalidEnvironment:
      return "the container runtime sets the CNI_* variables";
    case ErrorCode::kIoFailure:
      return "see the log of weft-agent on this node";
    case ErrorCode::kDecodingFailure:
      return "weft-cni and weft-agent must be of the same release";
    case ErrorCode::kInvalidNetworkConfig:
      return "correct the network configuration: see docs/cni.md";
    case ErrorCode::kTryAgainLater:
      return "nothing was left behind; the runtime may try again";
    case ErrorCode::kNotFound:
      return "list what exists with: weft network list, weft port list";
    case ErrorCode::kConflict:
      return "find the present user with: weft port show";
    case ErrorCode::kExhausted:
      return "enlarge the subnet's allocation pools or remove unused ports";
    case ErrorCode::kForbidden:
      return "the object belongs to another project";
    case ErrorCode::kInternal:
      return "see the log of weft-agent on this node";
  }
  return {};
}

constexpr std::string_view kDelAgain =
    "the interface and its port may still be there; the runtime must call DEL again";

std::string to_json(std::string_view version, ErrorCode code, std::string_view message,
                    std::string_view details) {
  return boost::json::serialize(boost::json::object{
      {"cniVersion", version},
      {"code", static_cast<int>(code)},
      {"msg", message},
      {"details", details},
  });
}

}  // namespace

ErrorCode code_of(const Error& error) {
  for (const auto& [type, code] : kByType) {
    if (error.type == type) return code;
  }
  return code_of(error.code);
}

std::string error_json(std::string_view version, const Error& error) {
  auto code = code_of(error);
  return to_json(version, code, error.message, advice(code));
}

std::string del_error_json(std::string_view version, const Error& error) {
  auto code = code_of(error);
  auto again = code == ErrorCode::kTryAgainLater;
  return to_json(version, code, error.message, again ? kDelAgain : advice(code));
}

}  // namespace weft::cni
