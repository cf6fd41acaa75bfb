"""Questions on what a section says."""

from __future__ import annotations

from collections.abc import Iterator

from etude.data.quiz.question import LeftOut, Question
from etude.data.quiz.sentences import paragraphs, sentences
from etude.data.quiz.subject import Subject
from etude.data.quiz.words import folded

LONGEST, SHORTEST = 400, 60  # characters of an answer
ASKED = {
    "pt": "O que diz a seção “{section}” do artigo “{title}”?",
    "en": "What does the section “{section}” of the article “{title}” say?",
}
WORDLESS = "{title}: {section}"  # in languages that no words are known of
# Sections that serve the article, and say nothing of what it is about.
SERVING = frozenset(
    """
    referencias|ver tambem|ligacoes externas|bibliografia|notas|notas e referencias|galeria|fontes
    |leitura adicional|leituras adicionais|discografia|filmografia|obras|premios|notas de rodape
    |referencias bibliograficas|references|see also|external links|bibliography|notes|gallery
    |further reading|sources|notes and references|citations|footnotes|discography|filmography|works
    |awards|publications|referencias y notas|vease tambien|enlaces externos|referencias externas
    |vexase tamen|ligazons externas|outros artigos
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)


def sections(subject: Subject) -> Iterator[Question | LeftOut]:
    """One question for each section with prose: what it says first, in whole sentences."""
    text, template = subject.text, ASKED.get(subject.language, WORDLESS)
    for part in subject.parts:
        if not part.title or folded(part.title) in SERVING:
            continue
        first = next(paragraphs(text, *part.span), None)
        if first is None:
            continue
        end = first.start
        for sentence in sentences(text, *first):
            if sentence.end - first.start > LONGEST or "\n" in text[first.start : sentence.end]:
                break
            end = sentence.end
        answer = text[first.start : end]
        if len(answer) < SHORTEST or answer[-1] not in ".!?”\"'":
            yield LeftOut("section", "a section without prose to answer with", part.title)
            continue
        asked = template.format(section=part.title, title=subject.article.title)
        yield Question("section", asked, (answer,), first.start, end)
