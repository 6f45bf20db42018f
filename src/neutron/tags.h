#pragma once
// The tags sub-resource: /v2.0/ports/ID/tags and /v2.0/ports/ID/tags/TAG.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace weft::neutron {

struct TagRequest {
  std::string method;
  std::string body;
  std::string object;              ///< the tagged object's id, for messages
  std::optional<std::string> tag;  ///< the last segment, if there is one
};

struct TagChange {
  std::vector<std::string> tags;
  int status = 200;
};

std::string tags_body(const std::vector<std::string>& tags);
/// Errors: TagNotFound.
Result<void> find_tag(const std::vector<std::string>& tags, const std::string& tag,
                      const std::string& object);
/// The tags after PUT or DELETE. Errors: HTTPBadRequest, TagNotFound, 405 for other methods.
Result<TagChange> change_of_tags(const std::vector<std::string>& tags, const TagRequest& request);

}  // namespace weft::neutron
