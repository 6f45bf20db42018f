#pragma once
// Between weft-cni and weft-agent: one HTTP request per CNI call, POST /cni/COMMAND with an Attachment as
// JSON. The agent answers with exactly what weft-cni prints: status 200 and the result (ADD) or nothing, else
// a CNI error object.

#include "cni/types.h"

namespace weft::cni {

/// "/cni/add", "/cni/del", "/cni/check".
std::string request_path(Command command);
/// The command of such a path; nothing for any other path.
std::optional<Command> parse_request_path(std::string_view path);

std::string attachment_json(const Attachment& attachment);
/// Errors: kProtocol.
Result<Attachment> parse_attachment(std::string_view json);

}  // namespace weft::cni
