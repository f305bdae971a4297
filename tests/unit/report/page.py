"""What a test reads from a page: its structure, its texts, its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_VOID = {"meta", "link", "br", "hr", "img", "input", "wbr"}
_INLINE = {"a", "b", "code", "em", "small", "span", "strong"}
_SHAPES = {"rect", "line", "path", "circle"}


@dataclass
class Element:
    """An element with its text and children."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything written in it, spaces joined."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> list[str]:
        return self.pieces

    def find(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements inside with that tag and those attributes (class_ for class)."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        found = []
        for child in self.children:
            given = child.attributes
            if child.tag == tag and all(
                value in given.get(name, "").split()
                if name == "class"
                else given.get(name) == value
                for name, value in wanted.items()
            ):
                found.append(child)
            found += child.find(tag, **attributes)
        return found

    def one(self, tag: str, **attributes: str) -> Element:
        """Return the only such element."""
        (found,) = self.find(tag, **attributes)
        return found


class _Parser(HTMLParser):
    """Builds the tree and refuses what browsers would have to repair."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("page", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(element.attributes) == len(attrs), f"an attribute twice: {tag} {attrs}"
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _SHAPES, f"<{tag}/> closes itself"
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        if tag not in _INLINE:
            self.handle_data(" ")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.pieces.append(data)


def parse(html: str) -> Element:
    """Return the page as a tree; unbalanced tags are an assertion error."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    assert parser.open == [parser.root], f"left open: {[e.tag for e in parser.open]}"
    return parser.root


def read(path: Path) -> Element:
    """Return the page of a file."""
    return parse(path.read_text(encoding="utf-8"))


def section(page: Element, name: str) -> Element:
    """Return a chapter of the report."""
    return page.one("section", id=name)


def titles(page: Element) -> list[str]:
    """Return every hover text that stands on a cell of a table."""
    return [cell.attributes["title"] for cell in page.find("td") if "title" in cell.attributes]
