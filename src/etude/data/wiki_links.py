"""Links of wikitext: what a reader sees of them, and which ones are not shown at all."""

from __future__ import annotations

import re
from collections.abc import Iterable

LINKS = re.compile(r"\[\[|\]\]|\n[ \t]*=")  # a heading ends what was left open
# Most links hold no other: these go in one step, without looking for what belongs together.
SIMPLE = re.compile(r"\[\[([^\[\]\n|]*)(?:\|([^\[\]\n]*))?\]\]")
TARGET = re.compile(r"[ \t]*(:?)[ \t]*([^\[\]{}|\n]*)(\|?)")
INTERWIKI = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*")

# Names of the namespaces of files and of categories; a dump's own names come in addition.
FILES = frozenset(
    """
    file image media ficheiro imagem arquivo multimédia archivo imagen imaxe fichier datei bild
    immagine bestand afbeelding plik grafika fitxer imatge fil billede файл изображение картинка
    медия зображення αρχείο dosya resim soubor tiedosto kuva fájl kép fișier imagine slika ファイル
    画像 文件 图像 檔案 圖像 파일 그림 tập_tin berkas चित्र ملف صورة پرونده קובץ תמונה
    """.split()  # noqa: SIM905 - a list of words reads better as words between spaces
)
CATEGORIES = frozenset(
    """
    category categoria categoría catégorie kategorie categorie kategoria kategori категория
    категорія κατηγορία kategória luokka kategorija カテゴリ 分类 分類 분류 thể_loại श्रेणी تصنيف رده
    קטגוריה
    """.split()  # noqa: SIM905
)
UNSEEN = FILES | CATEGORIES


def without_links(text: str, unseen: frozenset[str]) -> str:
    """Links as a reader sees them; those to files and categories taken out."""

    def simple(match: re.Match[str]) -> str:
        target, label = match.groups()
        if ":" in target:
            target = target.strip()
            if target[0] == ":":
                target = target[1:].strip()
            elif _unseen(target, unseen, match if label is None else None):
                return "\0"
        return label or target.strip()

    text = SIMPLE.sub(simple, text)
    return _without_nested(text, unseen) if "[[" in text else text


def _unseen(target: str, unseen: frozenset[str], bare: re.Match[str] | None) -> bool:
    """Whether a target is a file, a category, or (`bare`, in its line) the page in a language."""
    prefix = _namespace(target)
    return prefix.lower() in unseen or (
        bare is not None
        and INTERWIKI.fullmatch(prefix) is not None
        and _alone(bare.string, bare.start(), bare.end())
    )


def _without_nested(text: str, unseen: frozenset[str]) -> str:
    """The links that hold others, or go over several lines."""
    tokens: list[tuple[int, bool]] = []
    ends: dict[int, int] = {}  # where a link ends, by where it begins; and the other way round
    stack: list[int] = []
    for match in LINKS.finditer(text):
        char = text[match.start()]
        if char == "[":
            stack.append(match.start())
            tokens.append((match.start(), True))
        elif char == "]":
            if stack:
                start = stack.pop()
                ends[start] = match.start()
                ends[match.start()] = start
                tokens.append((match.start(), False))
        else:
            stack.clear()
    out: list[str] = []
    at = 0
    for place, opening in tokens:
        if place < at or place not in ends:
            continue
        out.append(text[at:place])
        at = place + 2
        if not opening:
            continue
        head = TARGET.match(text, at)
        assert head is not None  # noqa: S101 - it matches nothing as well
        colon, target, bar = head.groups()
        end = ends[place]
        if not colon and _namespace(target).lower() in unseen:
            out.append("\0")
            at = end + 2
            continue
        if bar:
            at = head.end()
            if at == end:  # `[[Lisbon|]]`
                out.append(target)
        elif head.end() == end:
            out.append(target.strip())
            at = end + 2
    out.append(text[at:])
    return "".join(out)


def _namespace(target: str) -> str:
    """What stands before a target's colon; empty where there is none."""
    prefix, colon, _ = target.partition(":")
    return prefix.strip().replace(" ", "_") if colon else ""


def _alone(text: str, start: int, end: int) -> bool:
    """Whether something fills its line."""
    return text[start - 1] == "\n" and (end == len(text) or text[end] == "\n")


def unseen_of(names: Iterable[str]) -> frozenset[str]:
    """The namespaces that are not shown: those known, and a dump's own names for them."""
    return UNSEEN | {name.strip().lower().replace(" ", "_") for name in names}
