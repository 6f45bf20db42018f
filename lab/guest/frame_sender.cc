// Sends the frames on its standard input, each a line of hexadecimal digits, on the interface that its
// argument names.
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

namespace {

std::vector<unsigned char> bytes_of(const std::string& digits) {
  std::vector<unsigned char> bytes;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
    bytes.push_back(static_cast<unsigned char>(std::strtoul(digits.substr(at, 2).c_str(), nullptr, 16)));
  }
  return bytes;
}

}  // namespace

int main(int, char** arguments) {
  const int raw = socket(AF_PACKET, SOCK_RAW, 0);
  sockaddr_ll target{};
  target.sll_family = AF_PACKET;
  target.sll_ifindex = static_cast<int>(if_nametoindex(arguments[1]));
  for (std::string line; std::getline(std::cin, line);) {
    const auto frame = bytes_of(line);
    if (sendto(raw, frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&target), sizeof target) < 0) {
      std::perror("frame-sender");
      return 1;
    }
  }
}
