#pragma once
// Reading what a runtime hands over: standard input, CNI_* variables, CNI_ARGS. Pure functions.

#include <functional>

#include "cni/types.h"

namespace weft::cni {

/// The value of an environment variable; empty when unset.
using GetEnv = std::function<std::string(const char* name)>;

/// The cniVersion of a network configuration, whatever else is wrong with it; the latest when it has none.
std::string version_of(std::string_view json);

/// Parses and checks a network configuration. Fields that Weft does not know are refused, not ignored: a
/// misspelt security group must not open a pod.
Result<NetworkConfig> parse_config(std::string_view json);

/// "K=V;K2=V2". Unknown names are kept for other plugins, except unknown WEFT_* ones, which are refused.
Result<std::map<std::string, std::string>> parse_args(std::string_view text);

/// Reads and checks CNI_COMMAND and the variables that this command needs.
Result<Environment> parse_environment(const GetEnv& get);

/// Merges both: WEFT_NETWORK, WEFT_PORT and WEFT_SECURITY_GROUPS of CNI_ARGS win over the configuration.
/// Errors: neither a network nor a port is named (ADD only: DEL finds its interface without).
Result<Attachment> make_attachment(NetworkConfig config, Environment environment);

}  // namespace weft::cni
