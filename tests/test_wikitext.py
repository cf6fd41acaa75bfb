"""Wikitext as a reader sees it: what goes, what stays, and how long that takes."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wiki_pages
from etude.data.articles import Section
from etude.data.templates import fields
from etude.data.wiki_links import unseen_of
from etude.data.wikitext import plain, scan, sections

SEEN = {  # markup: what is left of it
    # links
    "[[Lisboa]]": "Lisboa",
    "[[Lisboa|a capital]]": "a capital",
    "[[Lisboa#História|''história'']]": "história",
    "[[Lisboa|]]": "Lisboa",
    "[[navio]]s": "navios",
    "[[:Categoria:Rios]]": "Categoria:Rios",
    "[[wikt:mar|mar]] e [[s:Os Lusíadas]]": "mar e s:Os Lusíadas",
    "a [[b|c [[d]] e]] f": "a c d e f",
    "[http://example.org/a?b=c&d o sítio]": "o sítio",
    "[//example.org texto] e [mailto:a@b.pt carta]": "texto e carta",
    "http://example.org/a_b": "http://example.org/a_b",
    "texto [sic] e [1]": "texto [sic] e [1]",
    # links that are not shown
    "antes\n[[Categoria:Rios de Portugal|Tejo]]\ndepois": "antes\n\ndepois",
    "[[Ficheiro:Rio.jpg|thumb|O [[rio]] em {{data|1|2|2003}}]]texto": "texto",
    "[[image:Rio.jpg]] [[ARQUIVO:Rio.jpg|thumb]]texto": "texto",
    "texto\n[[en:River]]\n[[zh-min-nan:Hô]]": "texto",
    "veja [[fr:Rivière]] ali": "veja fr:Rivière ali",
    # templates
    "a {{b}} c": "a c",
    "a{{b|c={{d|[[e]]}}|{{{f|g}}}}}h": "ah",
    "Lisboa ({{IPA|liʒˈboɐ}}) é": "Lisboa é",
    "Lisboa ({{IPA|x}}; {{lang|la|Olisipo}}) é": "Lisboa (Olisipo) é",
    "Lisboa (Olisipo; {{IPA|x}}) é": "Lisboa (Olisipo) é",
    "um {{x}}, dois {{y}}.": "um, dois.",
    "no {{séc|XIII}} e no {{sec|XX|d}}": "no século XIII e no século XX",
    "{{formatnum:3711930}} em {{Fmtn|891.82}} km": "3711930 em 891.82 km",
    "{{lang|de|''Berlin''}} e {{lang-de|Köln}}": "Berlin e Köln",
    "{{convert|10|km|mi}}": "10 km",
    "{{nowrap|{{lang|la|{{small|ora}}}} pro}}": "ora pro",
    "{{dni|15|3|1980}} ou {{birth date|1980|3|15}}": "1980-03-15 ou 1980-03-15",
    "{{unknown|text}}": "",
    # tables, references, tags
    "a\n{| class=x\n! b\n|-\n| c\n{|\n| d\n|}\n|}\ne": "a\n\ne",
    "a\n:{|\n| b\n|}\nc": "a\n\nc",
    "{{x|\n{|\n| b\n|}}}a": "a",
    "<table><tr><td>a</td></tr></table>b": "b",
    "a<ref>b {{c}}</ref>, d<ref name=e/>.<ref group='f' name=\"g\" />": "a, d.",
    "a<REF>b</REF>c": "ac",
    "a<!-- b -->c<!-- d": "ac",
    "<nowiki>[[a]] {{b}} <ref> ''c''</nowiki>": "[[a]] {{b}} <ref> ''c''",
    "<nowiki />a": "a",
    "área <math>\\pi r^{{2}}</math>": "área \\pi r^{{2}}",
    "a<gallery>\nFile:b.jpg|c\n</gallery>d": "a\n\nd",
    "a <span class='b'>c</span><sup>2</sup><br/>d": "a c2\nd",
    "<syntaxhighlight lang=py>x = [[1]]</syntaxhighlight>a": "a",
    # marks
    "'''''a''''' '''b''' ''c''": "a b c",
    "l''''a'''": "l'a",
    "a&nbsp;b&ndash;c &lt;d&gt; &amp;lt; AT&T &notin": "a b–c <d> &lt; AT&T &notin",
    "__TOC__a__SEMÍNDICE__": "a",
    "* a\n** b\n# c\n*\n; d\n: e": "- a\n- b\n- c\nd\ne",
    "a\n----\nb": "a\nb",
    "== A ==\nb\n=== C ===\nd": "A\n\nb\n\nC\n\nd",
}
UNCLOSED = {  # what is never closed is text
    "a {{b [[c]]": "a {{b c",
    "a [[b\n\n[[c]]": "a [[b\n\nc",
    "[[Ficheiro:a.jpg|b\n\nc [[d]]": "[[Ficheiro:a.jpg|b\n\nc d",
    "a }} b ]] c": "a }} b ]] c",
    "a<ref>b": "ab",
    "a<ref>b {{c</ref>d": "ad",
    "{{a|<ref>b}}c": "c",
    "<nowiki>a [[b]]": "a b",
    "a\n{|\nb": "a\n{|\nb",
    "5 < 6 e a<b": "5 < 6 e a<b",
}


@pytest.mark.parametrize(("markup", "text"), [*SEEN.items(), *UNCLOSED.items()])
def test_what_a_reader_sees(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_names_of_a_wiki_are_added_to_those_known() -> None:
    unseen = unseen_of(["Dosiero", "Speciala Kategorio"])
    text = "[[Dosiero:a.jpg|b]][[speciala_kategorio:c]][[File:d.jpg]]e"
    assert plain(text, unseen) == "e"
    assert plain("[[Dosiero:a.jpg|b]]") == "b"


def test_sections_nest_and_empty_ones_go() -> None:
    text = scan(
        "Lead.\n== History ==\n=== Old ===\nText.\n== Empty ==\n{{x}}\n== Notes ==\n"
        "<references/>\n=== Also empty ===\n== See ==\n* a\n===== Deep =====\n b"
    ).text
    assert sections(text) == (
        Section("", 0, "Lead."),
        Section("History", 2, ""),
        Section("Old", 3, "Text."),
        Section("See", 2, "- a"),
        Section("Deep", 5, "b"),
    )


def test_paragraphs_are_apart_by_one_blank_line() -> None:
    assert plain("a\n\n\n{{b}}\n\n\nc\nd") == "a\n\nc\nd"


def test_the_first_infobox_gives_facts() -> None:
    first = "{{Infobox settlement\n| a = [[b|c]] {{x|y=z}}\n|d=\n| e|f\n| g = h=i}}"
    scanned = scan("{{Hat}}" + first + "{{Infobox\n|j=k}}")
    assert fields(scanned.infobox) == {"a": "[[b|c]]", "g": "h=i"}
    assert scan("{{Info/Rio|a=b}}").infobox == "Info/Rio|a=b"
    assert scan("{{Information|a=b}}").infobox == ""


def words_of(markup: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", plain(markup)))


@pytest.mark.parametrize("number", range(12))
def test_every_word_that_was_written_is_kept_and_no_other(number: int) -> None:
    made = wiki_pages.made(number, seed=11)
    assert words_of(made.markup) == made.words
    assert len(made.words) > 100


# Anything at all

MARKS = """
{{ }} [[ ]] {| |} |- | || ! = == ''' '' <ref> </ref> <ref/> <!-- --> <nowiki> </nowiki> <br> * # : ;
---- &nbsp; & [http:// ] [ { } {{{ }}} File: Categoria: lang small __TOC__ <math> </math> <table>
</table> ( ) , . a b é
""".split()  # noqa: SIM905 - marks read better between spaces
PIECES = st.sampled_from([*MARKS, " ", "\n", "\n\n", "\n{|", "\n|}", "\n=", "\0", "\r\n", "\x01"])
SOUP = st.lists(PIECES, max_size=40).map("".join)


@given(st.one_of(SOUP, st.text()))
@settings(deadline=None, max_examples=100)
def test_nothing_makes_it_fail(markup: str) -> None:
    text = plain(markup)
    assert "\0" not in text
    assert len(text) <= len(markup) + 24  # `* a` is as long as `- a`; a date may be longer
    assert text == text.strip()


PLAIN_WORD = st.text(alphabet='abcçdeéfghij0123456789,.!?()"%$/', min_size=1, max_size=8).filter(
    lambda word: "//" not in word and word[0] not in "!("
)
PLAIN = st.lists(
    st.lists(
        st.lists(PLAIN_WORD, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=3
    ).map("\n".join),
    min_size=1,
    max_size=3,
).map("\n\n".join)


@given(PLAIN)
@settings(deadline=None, max_examples=60)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def balanced(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Markup around markup, everything closed."""
    return st.one_of(
        st.lists(inner, max_size=3).map(" ".join),
        inner.map(lambda text: "{{t|" + text + "}}"),
        inner.map(lambda text: "{{lang|la|" + text + "}}"),
        inner.map(lambda text: "[[page|" + text + "]]"),
        inner.map(lambda text: "[[File:x.jpg|thumb|" + text + "]]"),
        inner.map(lambda text: "'''" + text + "'''"),
        inner.map(lambda text: "<ref>" + text + "</ref>"),
        inner.map(lambda text: "\n{|\n| " + text + "\n|}\n"),
        inner.map(lambda text: "<small>" + text + "</small>"),
        inner.map(lambda text: "\n* " + text + "\n"),
    )


@given(st.recursive(st.sampled_from(["word", "[[link]]", "{{t}}", "é"]), balanced, max_leaves=12))
@settings(deadline=None, max_examples=100)
def test_of_balanced_markup_no_bracket_is_left(markup: str) -> None:
    text = plain(markup)
    for mark in ("[[", "]]", "{{", "}}", "{|", "|}", "<", "'''", "zz"):
        assert mark not in text


def test_a_link_may_go_over_paragraphs() -> None:
    assert plain("One [[page|\n* \n* word\n\n]] more.").split() == ["One", "-", "word", "more."]
    assert plain("An [[open link.\n\nA [[river|stream]].") == "An [[open link.\n\nA stream."


OPENED = [
    "{{",
    "[[",
    "<ref>",
    "\n{|",
    "<!--",
    "<nowiki>",
    "{{lang|x|",
    "[[a|",
    "{{{",
    "[[File:",
    "[http://a ",
]
REPEATED = [
    *OPENED,
    "}}",
    "]]",
    "</ref>",
    "''",
    "'",
    "&",
    "&#",
    " ",
    "\n=",
    "\n= a =",
    "*",
    "|",
    "<",
]
REPEATED += [
    "<ref name=",
    "__A",
    "A",
    "({{a}};",
    "{{a}} ",
    "(",
    "\n\n",
    "<gallery>",
    "{{Infobox|a=b",
]
NESTED = {
    "{{": "}}",
    "{{lang|x|": "}}",
    "[[a|": "]]",
    "<ref>": "</ref>",
    "[[File:a|": "]]",
    "\n{|": "\n|}",
}


@pytest.mark.parametrize(
    "markup",
    [unit * (200_000 // len(unit)) for unit in REPEATED]
    + [a * (100_000 // len(a)) + b * (100_000 // len(a)) for a, b in NESTED.items()],
    ids=[*REPEATED, *(f"{a}{b}" for a, b in NESTED.items())],
)
def test_no_page_takes_more_time_than_its_length(markup: str) -> None:
    """200 kB in a second or so: what takes the square of a length takes minutes at this one."""
    before = time.process_time()
    plain(markup)
    assert time.process_time() - before < 6
