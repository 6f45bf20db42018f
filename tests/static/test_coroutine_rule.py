"""The coroutine check catches each form that GCC 12 miscompiles and lets the safe ones pass."""
import check_coroutines
import pytest

SAFE = [
    "auto x = co_await f(named);",
    "co_await f(named);",
    "co_return co_await f(named);",
    "WEFT_CO_TRY(auto x, co_await f(named));",
    "WEFT_CO_CHECK(co_await f(named));",
    "auto [ec, n] = co_await socket.async_read(buffer, use_tuple);",
    "if (ready) co_await f(named);",
    "// if (co_await f())",
    'log("while (co_await x)");',
]
UNSAFE = [
    "if (co_await f(named)) g();",
    "while (!co_await f(named)) g();",
    "switch (co_await f(named)) {}",
    "g(co_await f(named));",
    "auto x = co_await f(co_await g());",
    "auto x = 1 + co_await f(named);",
    "auto x = co_await f(Spec{.a = 1});",
    "auto x = co_await f({1, 2});",
    "auto f = [this](int a) -> Task<void> { co_return; };",
]


@pytest.mark.parametrize("code", SAFE)
def test_safe_form_passes(code):
    assert list(check_coroutines.faults_of("void g() {" + code + "}")) == []


@pytest.mark.parametrize("code", UNSAFE)
def test_unsafe_form_is_refused(code):
    assert list(check_coroutines.faults_of("void g() {" + code + "}"))
