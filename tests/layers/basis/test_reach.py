"""What a function can reach, on small programs of the test's own."""

import pytest

from layers.basis import reach


@pytest.fixture
def program(tmp_path, monkeypatch):
    monkeypatch.setattr(reach, "ROOT", tmp_path)

    def make(**modules):
        (tmp_path / "geo").mkdir(exist_ok=True)
        (tmp_path / "geo" / "__init__.py").write_text("")
        for name, text in modules.items():
            (tmp_path / "geo" / f"{name}.py").write_text(text)
        forget()
        return reach.reached(("geo.a:go",))

    yield make
    forget()


def forget():
    for remembered in (reach._module, reach.is_own, reach.reached):
        remembered.cache_clear()


A = "from geo import b\nfrom geo.c import seven\nLIMIT = seven\n\n\ndef go():\n    return b.help(LIMIT)\n"
B = "import numpy as np\n\n\ndef help(x):\n    return np.abs(x)\n\n\ndef other():\n    return 1\n"
C = "seven = 7\neight = 8\n"


def test_it_follows_names_through_modules(program):
    found = program(a=A, b=B, c=C)
    assert found.names == {"geo.a:go", "geo.a:LIMIT", "geo.b:help", "geo.c:seven"}
    assert found.packages == {"numpy"}


@pytest.mark.parametrize(
    ("module", "old", "new", "same"),
    [
        ("b", "np.abs(x)", "np.abs(x) * 2", False),
        ("c", "seven = 7", "seven = 6 + 1", False),
        ("c", "eight = 8", "eight = 9", True),
        ("b", "return 1", "return 2", True),
        ("b", "    return np.abs(x)", "    # why\n    return np.abs(x)", True),
        ("b", "def help(x):\n", 'def help(x):\n    """Say."""\n', True),
        ("a", "b.help(LIMIT)", "b.help(LIMIT) + b.other()", False),
    ],
)
def test_only_what_is_reached_counts(program, module, old, new, same):
    before = program(a=A, b=B, c=C).digest
    parts = {"a": A, "b": B, "c": C}
    parts[module] = parts[module].replace(old, new)
    assert (program(**parts).digest == before) is same


def test_imports_inside_a_function_and_modules_handed_on(program):
    found = program(a="def go():\n    from geo import b\n    return vars(b)\n", b=B, c=C)
    assert {"geo.b:help", "geo.b:other"} <= found.names


def test_a_class_that_is_built_counts_whole_one_that_is_named_by_member(program):
    b = "class Built:\n    def used(self):\n        return 1\n\n    def left(self):\n        return 2\n"
    whole = program(a="from geo.b import Built\n\n\ndef go():\n    return Built().used()\n", b=b)
    assert whole.names == {"geo.a:go", "geo.b:Built"}
    named = program(a="from geo.b import Built\n\n\ndef go(x: Built):\n    return x.used()\n", b=b)
    assert named.names == {"geo.a:go", "geo.b:Built.used"}


def test_a_field_of_a_named_class_leads_to_its_own_type(program):
    b = "from geo.c import Inner\n\n\nclass Outer:\n    inner: Inner\n    size: int\n"
    c = "class Inner:\n    def depth(self):\n        return 3\n\n    def __post_init__(self):\n        self.x = 1\n"
    found = program(a="from geo.b import Outer\n\n\ndef go(x: Outer):\n    return x.inner.depth()\n", b=b, c=c)
    assert {"geo.c:Inner.depth", "geo.c:Inner.__post_init__"} <= found.names


def test_loose_statements_of_a_module_count(program):
    b = "TABLE = {}\n\n\ndef help(x):\n    return TABLE[x]\n\n\nfor k in range(3):\n    TABLE[k] = k\n"
    before = program(a="from geo.b import help\n\n\ndef go():\n    return help(1)\n", b=b).digest
    after = program(a="from geo.b import help\n\n\ndef go():\n    return help(1)\n", b=b.replace("= k\n", "= k + 1\n"))
    assert after.digest != before


def test_nothing_is_found_under_another_name(program):
    program(a=A, b=B, c=C)
    with pytest.raises(LookupError):
        reach.reached(("geo.a:gone",))
