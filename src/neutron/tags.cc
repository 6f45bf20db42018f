#include "neutron/tags.h"

#include <algorithm>

#include "neutron/attributes.h"
#include "neutron/errors.h"
#include "neutron/view.h"

namespace weft::neutron {
namespace {

Result<TagChange> replace_all(const std::string& text) {
  WEFT_TRY(auto body, parse_object(text));
  const auto* list = given(body, "tags");
  if (!list || body.size() != 1) return bad_request("Invalid tags body");
  auto valid = valid_tags(*list);
  if (!valid) return bad_request("Invalid input for tags. Reason: " + valid.error().message + ".");
  TagChange change;
  for (const auto& tag : valid->as_array())
    change.tags.emplace_back(tag.as_string().data(), tag.as_string().size());
  std::sort(change.tags.begin(), change.tags.end());
  change.tags.erase(std::unique(change.tags.begin(), change.tags.end()), change.tags.end());
  return change;
}

Result<TagChange> add_one(std::vector<std::string> tags, const std::string& tag) {
  auto valid = valid_tags(json::array{json::value(tag)});
  if (!valid) return bad_request("Invalid input for tag. Reason: " + valid.error().message + ".");
  if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  return TagChange{std::move(tags), 201};
}

}  // namespace

std::string tags_body(const std::vector<std::string>& tags) {
  JsonWriter json;
  json.begin_object().key("tags");
  write_strings(json, tags);
  json.end_object();
  return json.take();
}

Result<void> find_tag(const std::vector<std::string>& tags, const std::string& tag,
                      const std::string& object) {
  if (std::find(tags.begin(), tags.end(), tag) != tags.end()) return {};
  return fail(Errc::kNotFound, "Tag " + tag + " for resource " + object + " could not be found.",
              "TagNotFound");
}

Result<TagChange> change_of_tags(const std::vector<std::string>& tags, const TagRequest& request) {
  if (request.method == "PUT") return request.tag ? add_one(tags, *request.tag) : replace_all(request.body);
  if (request.method != "DELETE") return fail(no_such_method());
  if (!request.tag) return TagChange{{}, 204};
  WEFT_CHECK(find_tag(tags, *request.tag, request.object));
  auto left = tags;
  std::erase(left, *request.tag);
  return TagChange{std::move(left), 204};
}

}  // namespace weft::neutron
