// Runs a fuzz target without libFuzzer: every file of the corpus as it is, then a fixed count of seeded
// mutations of them, so that `make test` repeats exactly the same inputs each time. Usage: X_fuzz COUNT
// [CORPUS-DIR].
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<Bytes> load_corpus(const char* dir) {
  std::vector<Bytes> corpus{{}};
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(dir, ignored)) {
    std::ifstream in(entry.path(), std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return corpus;
}

void mutate(Bytes& input, std::mt19937& rng) {
  auto below = [&](std::size_t n) { return static_cast<std::size_t>(rng() % n); };
  for (std::size_t edits = 1 + below(8); edits > 0; --edits) {
    if (input.empty() || below(8) == 0) {
      input.insert(input.begin() + static_cast<std::ptrdiff_t>(below(input.size() + 1)),
                   static_cast<std::uint8_t>(rng()));
      continue;
    }
    std::size_t at = below(input.size());
    switch (below(5)) {
      case 0:
        input[at] = static_cast<std::uint8_t>(rng());
        break;
      case 1:
        input[at] ^= static_cast<std::uint8_t>(1u << below(8));
        break;
      case 2:
        input.resize(at);
        break;
      case 3:
        input.erase(input.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 4:
        input[at] = below(2) ? 0xff : 0;
        break;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  long count = argc > 1 ? std::atol(argv[1]) : 20000;
  auto corpus = load_corpus(argc > 2 ? argv[2] : "");
  for (const Bytes& input : corpus) LLVMFuzzerTestOneInput(input.data(), input.size());
  std::mt19937 rng(1);
  for (long i = 0; i < count; ++i) {
    Bytes input = corpus[rng() % corpus.size()];
    mutate(input, rng);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%ld inputs from %zu seeds\n", count, corpus.size());
}
