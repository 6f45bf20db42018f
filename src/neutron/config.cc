#include "neutron/config.h"

#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

#include "neutron/validators.h"

namespace weft::neutron {
namespace {

/// The settings that are texts: one name for the file and the flag.
struct TextSetting {
  const char* name;
  std::string Config::*member;
  const char* help;
};
constexpr std::array kTexts = {
    TextSetting{"listen", &Config::listen, "API endpoint: tcp:ADDRESS:PORT or unix:PATH (LISTEN_FDS wins)"},
    TextSetting{"store-dir", &Config::store_dir, "directory of weftd's own store"},
    TextSetting{"default-project", &Config::default_project, "project of requests that name none"},
    TextSetting{"dns-domain", &Config::dns_domain, "domain of ports whose network has none"},
    TextSetting{"log-level", &Config::log_level, "debug, info, warn or error"},
    TextSetting{"private-key", &Config::private_key, "PEM file, for ssl: remotes"},
    TextSetting{"certificate", &Config::certificate, "PEM file, for ssl: remotes"},
    TextSetting{"ca-certificate", &Config::ca_certificate, "PEM file, for ssl: remotes"},
};

struct ListSetting {
  const char* name;
  std::vector<std::string> Config::*member;
  const char* help;
};
constexpr std::array kLists = {
    ListSetting{"store", &Config::store, "remote of the store (repeatable); none: weftd starts its own"},
    ListSetting{"store-listen", &Config::store_listen,
                "further endpoint of weftd's own store, as ptcp:6640:ADDRESS"},
};

struct NumberSetting {
  const char* name;
  int Config::*member;
  bool (*takes)(std::int64_t);
  const char* what;  ///< it takes
  const char* help;
};
constexpr std::array kNumbers = {
    NumberSetting{"underlay-mtu", &Config::underlay_mtu,
                  [](std::int64_t mtu) { return mtu >= 576 && mtu <= 65535; }, "a number from 576 to 65535",
                  "MTU of the network between the nodes"},
    NumberSetting{"overlay-ip-version", &Config::overlay_ip_version,
                  [](std::int64_t version) { return version == 4 || version == 6; }, "4 or 6",
                  "IP version of the tunnels between the nodes: those over 6 leave 20 bytes less"},
};

tl::unexpected<Error> bad(std::string_view setting, std::string_view what) {
  return fail(Errc::kInvalid, "setting '" + std::string(setting) + "' " + std::string(what));
}

Result<std::vector<std::string>> texts_of(std::string_view name, const toml::node& node) {
  if (auto one = node.value_exact<std::string>()) return std::vector<std::string>{*one};
  std::vector<std::string> texts;
  const auto* list = node.as_array();
  if (!list) return bad(name, "must be a text or a list of texts");
  for (const auto& item : *list) {
    auto text = item.value_exact<std::string>();
    if (!text) return bad(name, "must be a text or a list of texts");
    texts.push_back(*text);
  }
  return texts;
}

Result<void> read_setting(std::string_view name, const toml::node& node, Config& config) {
  auto named = [&](const auto& setting) { return setting.name == name; };
  if (auto text = std::find_if(kTexts.begin(), kTexts.end(), named); text != kTexts.end()) {
    auto value = node.value_exact<std::string>();
    if (!value) return bad(name, "must be a text in quotes");
    config.*text->member = *value;
    return {};
  }
  if (auto list = std::find_if(kLists.begin(), kLists.end(), named); list != kLists.end()) {
    WEFT_TRY(config.*list->member, texts_of(name, node));
    return {};
  }
  auto number = std::find_if(kNumbers.begin(), kNumbers.end(), named);
  if (number == kNumbers.end()) return bad(name, "is not known");
  auto value = node.value_exact<std::int64_t>();
  if (!value || !number->takes(*value)) return bad(name, "must be " + std::string(number->what));
  config.*number->member = static_cast<int>(*value);
  return {};
}

Result<void> read_file(const std::string& path, Config& config) {
  std::ifstream file(path);
  if (!file) return fail(Errc::kInvalid, "can't read the configuration file " + path);
  std::stringstream text;
  text << file.rdbuf();
  if (auto read = read_toml(text.str(), config); !read) return fail(read.error().with_context(path));
  return {};
}

/// What is wrong with the text of a flag; empty when nothing is.
std::string fault_of(const NumberSetting& number, const std::string& text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return is_number && number.takes(value) ? std::string() : "must be " + std::string(number.what);
}

/// Flags are bound to `config`: those that were not given leave it alone.
void declare(CLI::App& app, std::string& file, Config& config) {
  app.set_version_flag("--version", WEFT_VERSION);
  app.add_option("--config", file, "TOML file with the same settings; flags win");
  for (const auto& text : kTexts)
    app.add_option("--" + std::string(text.name), config.*text.member, text.help)->capture_default_str();
  for (const auto& list : kLists)
    app.add_option("--" + std::string(list.name), config.*list.member, list.help);
  for (const auto& number : kNumbers)
    app.add_option("--" + std::string(number.name), config.*number.member, number.help)
        ->capture_default_str()
        ->check(CLI::Validator([&number](std::string& text) { return fault_of(number, text); }, number.what));
}

Result<void> parse_flags(int argc, const char* const* argv, std::string& file, Config& config) {
  CLI::App app("Weft's controller: serves the Networking API from the intent store", "weftd");
  declare(app, file, config);
  try {  // CLI11 reports by exception
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion&) {
    return fail(Errc::kInvalid, WEFT_VERSION, "help");
  } catch (const CLI::CallForHelp&) {
    return fail(Errc::kInvalid, app.help(), "help");
  } catch (const CLI::ParseError& error) {
    return fail(Errc::kInvalid, error.what());
  }
  return {};
}

/// The domain in its normal form: in lower case, with its final dot.
Result<Config> with_domain(Config config) {
  auto& domain = config.dns_domain;
  if (!domain.empty() && !domain.ends_with('.')) domain += '.';
  auto valid = valid_dns_domain(json::value(domain));
  if (!valid) return bad("dns-domain", "is not a domain: " + valid.error().message);
  domain = valid->as_string();
  return config;
}

}  // namespace

Result<void> read_toml(std::string_view text, Config& config) {
  try {  // toml++ reports syntax errors by exception
    auto table = toml::parse(text);
    for (const auto& [key, node] : table) {
      WEFT_CHECK(read_setting(key.str(), node, config));
    }
  } catch (const toml::parse_error& error) {
    return fail(Errc::kInvalid, "line " + std::to_string(error.source().begin.line) + ": " +
                                    std::string(error.description()));
  }
  return {};
}

// The flags are read twice: once to learn of the file, once over what the file says.
Result<Config> load_config(int argc, const char* const* argv) {
  std::string file;
  Config config;
  WEFT_CHECK(parse_flags(argc, argv, file, config));
  if (file.empty()) return with_domain(std::move(config));
  Config from_file;
  WEFT_CHECK(read_file(file, from_file));
  WEFT_CHECK(parse_flags(argc, argv, file, from_file));
  return with_domain(std::move(from_file));
}

}  // namespace weft::neutron
