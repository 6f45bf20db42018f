#include "neutron/context.h"

#include <algorithm>

#include "neutron/errors.h"

namespace weft::neutron {
namespace {

constexpr std::size_t kMaxProject = 255;

bool is_printable(char c) {
  return c > 0x20 && c < 0x7f;
}

}  // namespace

Task<Context> NoAuthenticator::authenticate(const Headers& headers) {
  Context context;
  context.project_id = default_project_;
  context.admin = true;
  for (const auto* name : {"x-tenant-id", "x-project-id"}) {
    auto header = headers.find(name);
    if (header != headers.end() && !header->second.empty()) context.project_id = header->second;
  }
  const auto& project = context.project_id;
  if (project.size() > kMaxProject || !std::all_of(project.begin(), project.end(), is_printable))
    co_return bad_request("The project id in the header is not valid");
  co_return context;
}

}  // namespace weft::neutron
