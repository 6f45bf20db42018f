#pragma once
// The parts of asio that most asynchronous shells need. Include only in *_connection.cc / *_server.cc shells
// and in headers that name awaitables: parsing it costs a second per translation unit.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/result.h"

namespace weft {

namespace asio = boost::asio;

/// An asynchronous operation that fails by value.
template <typename T>
using Task = asio::awaitable<Result<T>>;

/// Completion token of every co_await in this code base: errors come as values, not as exceptions.
inline constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

}  // namespace weft
