#pragma once
// Errors as values: every fallible function returns Result<T>; exceptions are for bad_alloc-class faults
// only.

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace weft {

/// What kind of failure; REST statuses, CNI codes and exit codes are mapped from it, in one table each.
enum class Errc {
  kInvalid,      ///< the input is wrong; retrying the same input can't help
  kNotFound,     ///< the named object does not exist
  kConflict,     ///< uniqueness, in-use or revision conflict
  kForbidden,    ///< the caller may not do this
  kExhausted,    ///< a pool (addresses, VNIs, quota) is used up
  kUnavailable,  ///< a peer (store, switch, agent) can't be reached now
  kTimeout,      ///< no answer in time
  kProtocol,     ///< a peer sent bytes that break its protocol
  kInternal,     ///< a bug or an unexpected system error
};

/// Stable lower-case name, for logs and JSON.
constexpr std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::kInvalid:
      return "invalid";
    case Errc::kNotFound:
      return "not_found";
    case Errc::kConflict:
      return "conflict";
    case Errc::kForbidden:
      return "forbidden";
    case Errc::kExhausted:
      return "exhausted";
    case Errc::kUnavailable:
      return "unavailable";
    case Errc::kTimeout:
      return "timeout";
    case Errc::kProtocol:
      return "protocol";
    case Errc::kInternal:
      return "internal";
  }
  return "internal";
}

/// A failure: its kind, a sentence for a person, and, where the API has one, its own error type.
struct Error {
  Errc code = Errc::kInternal;
  std::string message;
  /// The front door's own name of the error ("IpAddressInUse"); empty where `code` says it all.
  std::string type;

  Error() = default;
  Error(Errc c, std::string m, std::string t = {}) : code(c), message(std::move(m)), type(std::move(t)) {}

  /// The same error with what was being done in front: "create port: address in use".
  Error with_context(std::string_view doing) const {
    return Error(code, std::string(doing) + ": " + message, type);
  }
  bool retryable() const { return code == Errc::kUnavailable || code == Errc::kTimeout; }
};

template <typename T>
using Result = tl::expected<T, Error>;

/// `return fail(Errc::kInvalid, "...")` converts to any Result<T>.
inline tl::unexpected<Error> fail(Errc code, std::string message, std::string type = {}) {
  return tl::unexpected<Error>(Error(code, std::move(message), std::move(type)));
}
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace weft

#define WEFT_CONCAT_INNER(a, b) a##b
#define WEFT_CONCAT(a, b) WEFT_CONCAT_INNER(a, b)

// WEFT_TRY(auto x, expr): evaluates a Result, returns its error from the enclosing function, or binds its
// value.
#define WEFT_TRY_IMPL(tmp, decl, ...)                                       \
  auto tmp = (__VA_ARGS__);                                                 \
  if (!tmp) return ::tl::unexpected<::weft::Error>(std::move(tmp.error())); \
  decl = std::move(*tmp)
#define WEFT_TRY(decl, ...) WEFT_TRY_IMPL(WEFT_CONCAT(weft_try_, __LINE__), decl, __VA_ARGS__)

// WEFT_CHECK(expr): the same for Result<void>, or where the value is not wanted.
#define WEFT_CHECK_IMPL(tmp, ...) \
  auto tmp = (__VA_ARGS__);       \
  if (!tmp) return ::tl::unexpected<::weft::Error>(std::move(tmp.error()))
#define WEFT_CHECK(...) WEFT_CHECK_IMPL(WEFT_CONCAT(weft_try_, __LINE__), __VA_ARGS__)

// The same inside coroutines. Exactly one co_await per statement (GCC 12): WEFT_CO_TRY(auto x, co_await
// f(named)).
#define WEFT_CO_TRY_IMPL(tmp, decl, ...)                                       \
  auto tmp = __VA_ARGS__;                                                      \
  if (!tmp) co_return ::tl::unexpected<::weft::Error>(std::move(tmp.error())); \
  decl = std::move(*tmp)
#define WEFT_CO_TRY(decl, ...) WEFT_CO_TRY_IMPL(WEFT_CONCAT(weft_try_, __LINE__), decl, __VA_ARGS__)
#define WEFT_CO_CHECK_IMPL(tmp, ...) \
  auto tmp = __VA_ARGS__;            \
  if (!tmp) co_return ::tl::unexpected<::weft::Error>(std::move(tmp.error()))
#define WEFT_CO_CHECK(...) WEFT_CO_CHECK_IMPL(WEFT_CONCAT(weft_try_, __LINE__), __VA_ARGS__)
