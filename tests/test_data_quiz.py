"""Questions on articles: what is asked, what is answered, and what is left alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import article
from etude.config.sources import Wikipedia
from etude.data.articles import Article
from etude.data.quiz import MAKERS, make_questions
from etude.data.quiz.question import Make
from etude.data.quiz.sentences import Span, paragraphs, passage_around, sentences
from etude.data.quiz.subject import subject_of
from etude.errors import UserError


def asked(held: Article, *make: Make) -> dict[str, tuple[str, ...]]:
    """Questions with their answers."""
    return {item.question: item.answers for item in make_questions(held, make).questions}


def reasons(held: Article, *make: Make) -> list[tuple[str, str]]:
    return [(item.reason, item.detail) for item in make_questions(held, make).left_out]


def test_every_kind_of_the_study_file_is_made() -> None:
    held = get_args(get_args(Wikipedia.model_fields["make"].annotation)[0])
    assert set(held) == set(MAKERS) == set(get_args(Make))


# Definitions


@pytest.mark.parametrize(
    ("title", "lead", "question", "answer"),
    [
        (
            "Tiradentes",
            "Tiradentes, pseudônimo de Joaquim José (Vila Rica, 12 de novembro de 1746 – Rio, 21 "
            "de abril de 1792), foi um dentista e ativista político.",
            "Quem foi Tiradentes?",
            "um dentista e ativista político",
        ),
        (
            "Fotossíntese",
            "A fotossíntese é um processo das plantas. A fotossíntese usa luz.",
            "O que é a fotossíntese?",
            "um processo das plantas",
        ),
        (
            "Brasil",
            "Brasil, que foi colônia, é o maior país da América do Sul. A bandeira do Brasil é "
            "verde. No Brasil chove.",
            "O que é o Brasil?",
            "o maior país da América do Sul",
        ),
        (
            "Bandeirantes",
            "Os bandeirantes foram os homens que percorreram o interior.",
            "O que foram os bandeirantes?",
            "os homens que percorreram o interior",
        ),
        (
            "Duque de Caxias",
            "O Duque de Caxias foi Luís Alves de Lima e Silva, um militar do Império.",
            "Quem foi o Duque de Caxias?",
            "Luís Alves de Lima e Silva, um militar do Império",
        ),
        (
            "Mercúrio (planeta)",
            "Mercúrio é o menor planeta do Sistema Solar.",
            "O que é Mercúrio (planeta)?",
            "o menor planeta do Sistema Solar",
        ),
    ],
)
def test_definitions_in_portuguese(title: str, lead: str, question: str, answer: str) -> None:
    assert asked(article(title, lead), "definition") == {question: (answer,)}


@pytest.mark.parametrize(
    ("title", "lead", "question", "answer"),
    [
        (
            "Ada Lovelace",
            "Augusta Ada King, Countess of Lovelace (10 December 1815 – 27 November 1852) was an "
            "English mathematician and writer.",
            "Who was Ada Lovelace?",
            "an English mathematician and writer",
        ),
        ("Astronaut", "An astronaut is a person who flies.", "What is an astronaut?",
         "a person who flies"),
        ("Amazon River", "The Amazon River is the largest river. Boats cross the Amazon River.",
         "What is the Amazon River?", "the largest river"),
        ("Albedo", "Albedo is the reflecting power of a surface.", "What is Albedo?",
         "the reflecting power of a surface"),
    ],
)  # fmt: skip
def test_definitions_in_english(title: str, lead: str, question: str, answer: str) -> None:
    assert asked(article(title, lead, "en"), "definition") == {question: (answer,)}


@pytest.mark.parametrize(
    "lead",
    [
        "O Lume não é um rio, mas um braço de mar.",  # says what it is not
        "Ninguém sabe onde o Lume nasce.",
        "Dom Pedro foi a Vila Rica com o Lume.",  # went to a place
        "Outra coisa é um rio.",  # about something else
    ],
)
def test_sentences_that_define_nothing_are_left_out(lead: str) -> None:
    held = article("Lume", lead)
    assert asked(held, "definition") == {}
    assert reasons(held, "definition") == [("the first sentence defines nothing", "Lume")]


@pytest.mark.parametrize("title", ["Lista de rios", "1822", "Década de 1920", "7 de setembro"])
def test_lists_and_dates_are_no_subject(title: str) -> None:
    assert asked(article(title, f"{title} é uma lista."), "definition", "date", "fact") == {}


def test_a_long_definition_ends_at_a_clause() -> None:
    lead = f"O Lume é um rio da serra, que {'corre e corre ' * 30}até o mar."
    assert asked(article("Lume", lead), "definition") == {"O que é o Lume?": ("um rio da serra",)}


# Facts


def test_facts_are_asked_with_the_name_as_sentences_have_it() -> None:
    held = article(
        "Ceará",
        "O Ceará é um estado do Brasil. No Ceará faz sol.",
        facts={
            "capital": "Fortaleza",
            "área_total": "148 894 km²",
            "governador": "Ceará",  # the name itself is no answer
            "população": "muita",  # no number
            "xyz": "1",
            "imagem": "mapa.svg",
            "nome": "Ceará",
        },
    )
    assert asked(held, "fact") == {
        "Qual é a capital do Ceará?": ("Fortaleza",),
        "Qual é a área do Ceará?": ("148 894 km²",),
    }
    assert set(reasons(held, "fact")) == {
        ("a value of the infobox that cannot be an answer", "população: muita"),
        ("a field of the infobox that no question is known for", "xyz"),
        ("the answer stands in the question", "Quem é o governador do Ceará?"),
    }


def test_facts_of_the_dead_and_of_several() -> None:
    held = article(
        "Ana Prado",
        "Ana Prado foi uma navegadora.",
        facts={"nascimento_data": "1670-04-03", "ocupação": "navegadora", "país": "Portugal"},
    )
    assert asked(held, "fact") == {
        "Quando nasceu Ana Prado?": ("3 de abril de 1670",),
        "Qual foi a ocupação de Ana Prado?": ("navegadora",),
    }
    wars = article(
        "Guerras do Lume", "As Guerras do Lume foram as lutas da ilha.", facts={"início": "1624"}
    )
    assert asked(wars, "fact") == {"Quando começaram as Guerras do Lume?": ("1624",)}


def test_facts_in_english() -> None:
    held = article(
        "Alabama",
        "Alabama is a state.",
        "en",
        facts={"capital": "Montgomery", "leader_title": "Governor", "leader_name": "Kay Ivey",
               "length": "531", "largest_city": "capital"},
    )  # fmt: skip
    assert asked(held, "fact") == {
        "What is the capital of Alabama?": ("Montgomery",),
        "Who is the governor of Alabama?": ("Kay Ivey",),
    }
    book = article("Animalia", "Animalia is a book.", "en", facts={"country": "Australia"})
    assert asked(book, "fact") == {}  # a book is in no country


def test_the_passage_of_a_fact_is_its_line() -> None:
    held = article(
        "Ceará", "O Ceará é um estado.", facts={"gentílico": "cearense", "capital": "Foz"}
    )
    text = held.document.text
    assert text.endswith("\n\ngentílico: cearense\ncapital: Foz")
    item = make_questions(held, ["fact"]).questions[1]
    assert text[item.start : item.end] == "capital: Foz"


# Dates


@pytest.mark.parametrize(
    ("title", "lead", "expected"),
    [
        (
            "Ana Prado",
            "Ana Prado (Porto, 3 de abril de 1670 – Vila Nova, 1741) foi uma navegadora.",
            {"Quando nasceu Ana Prado?": ("3 de abril de 1670",),
             "Quando morreu Ana Prado?": ("1741",)},
        ),
        (
            "Ana Prado",
            "Ana Prado foi uma navegadora. Nasceu em Porto em 1670, estudou em Lisboa e chegou à "
            "ilha em 1702. Tornou-se capitã em maio de 1710.",
            {"Em que ano nasceu Ana Prado?": ("1670",),
             "Em que ano Ana Prado chegou à ilha?": ("1702",),
             "Quando Ana Prado se tornou capitã?": ("maio de 1710",)},
        ),
        (
            "Tratado do Lume",
            "O Tratado do Lume foi um acordo entre ilhas, assinado em 7 de junho de 1494.",
            {"Quando foi assinado o Tratado do Lume?": ("7 de junho de 1494",)},
        ),
        (
            "Porto Claro",
            "Porto Claro é uma cidade. A muralha de pedra foi derrubada em 1850.",
            {"Segundo o artigo “Porto Claro”, em que ano a muralha de pedra foi derrubada?":
             ("1850",)},
        ),
        (
            "Porto Claro",
            "Porto Claro é uma cidade. Em 1588, Porto Claro recebeu os primeiros barcos.",
            {"Em que ano Porto Claro recebeu os primeiros barcos?": ("1588",)},
        ),
    ],
)  # fmt: skip
def test_dates_in_portuguese(title: str, lead: str, expected: dict[str, Any]) -> None:
    assert asked(article(title, lead), "date") == expected


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("Ada Byron (born 10 December 1815) was a mathematician.",
         {"When was Ada Byron born?": ("10 December 1815", "December 10, 1815")}),
        ("Ada Byron was a writer. Ada Byron moved to London in 1835.",
         {"In what year did Ada Byron move to London?": ("1835",)}),
        ("Ada Byron was a writer. In 1840 Ada Byron was elected to the U.S. Senate.",
         {"In what year was Ada Byron elected to the U.S. Senate?": ("1840",)}),
        ("Ada Byron was a writer. She signed the Paris Treaty on May 3, 1850.",
         {"When did Ada Byron sign the Paris Treaty?": ("May 3, 1850", "3 May 1850")}),
    ],
)  # fmt: skip
def test_dates_in_english(lead: str, expected: dict[str, Any]) -> None:
    assert asked(article("Ada Byron", lead, "en"), "date") == expected


@pytest.mark.parametrize(
    ("lead", "question", "answers"),
    [
        ("Ana Prado governou a ilha de 1889 a 1894.",
         "De que ano a que ano Ana Prado governou a ilha?", ("1889 a 1894", "1889–1894")),
        ("Ana Prado foi capitã de 1889 a 1894.",
         "De que ano a que ano Ana Prado foi capitã?", ("1889 a 1894", "1889–1894")),
        ("Ana Prado percorreu a costa entre 1702 e 1705.",
         "Entre que anos Ana Prado percorreu a costa?", ("1702 e 1705", "1702–1705")),
        ("Ana Prado deixou o porto no início de 1704.",
         "Quando Ana Prado deixou o porto?", ("início de 1704", "1704")),
        ("Ana Prado deixou o porto em meados de maio de 1704.",
         "Quando Ana Prado deixou o porto?", ("meados de maio de 1704", "1704")),
        ("Ana Prado deixou o porto na primavera de 1704.",
         "Quando Ana Prado deixou o porto?", ("primavera de 1704", "1704")),
        ("Ana Prado deixou o porto na década de 1700.",
         "Em que década Ana Prado deixou o porto?", ("década de 1700", "anos 1700")),
        ("Ana Prado deixou o porto no século XVIII.",
         "Em que século Ana Prado deixou o porto?", ("século XVIII",)),
        ("Ana Prado nasceu em Porto. Em 1704, ela deixou o porto.",
         "Em que ano Ana Prado deixou o porto?", ("1704",)),
        ("A ilha é verde. Em 1704 inaugurou-se o farol de pedra.",
         "Segundo o artigo “Ana Prado”, em que ano se inaugurou o farol de pedra?", ("1704",)),
    ],
)  # fmt: skip
def test_forms_of_dates_in_portuguese(lead: str, question: str, answers: tuple[str, ...]) -> None:
    held = article("Ana Prado", f"Ana Prado foi uma navegadora. {lead}")
    assert asked(held, "date") == {question: answers}


@pytest.mark.parametrize(
    ("lead", "question", "answers"),
    [
        ("Ada Byron served as president from 1840 to 1844.",
         "From what year to what year did Ada Byron serve as president?",
         ("1840 to 1844", "1840–1844")),
        ("From 1840 until 1844 she was professor at Oxford.",
         "From what year to what year was Ada Byron professor at Oxford?",
         ("1840 until 1844", "1840–1844")),
        ("Ada Byron visited Lisbon between 1840 and 1844.",
         "Between which years did Ada Byron visit Lisbon?", ("1840 and 1844", "1840–1844")),
        ("Ada Byron left London in early 1840.",
         "When did Ada Byron leave London?", ("early 1840", "1840")),
        ("Ada Byron left London in late May 1840.",
         "When did Ada Byron leave London?", ("late May 1840", "1840")),
        ("In the summer of 1840, Ada Byron left London.",
         "When did Ada Byron leave London?", ("summer of 1840", "1840")),
        ("Ada Byron left London in the 1840s.",
         "In what decade did Ada Byron leave London?", ("1840s",)),
        ("Ada Byron left London in the early 19th century.",
         "In what century did Ada Byron leave London?", ("early 19th century",)),
        ("Ada Byron left London on Monday, May 3rd, 1840.",
         "When did Ada Byron leave London?", ("May 3rd, 1840", "May 3, 1840", "3 May 1840")),
        ("Ada Byron left London on the 3rd of May 1840.",
         "When did Ada Byron leave London?", ("3rd of May 1840", "3 May 1840", "May 3, 1840")),
        ("Ada Byron left London in 1840 and took it up again.",
         "In what year did Ada Byron leave London?", ("1840",)),
        ("In 1840 Ada Byron left London and has lived in Paris.",
         "In what year did Ada Byron leave London?", ("1840",)),
        ("Her book was read by many. In 1840, she left London.",
         "In what year did Ada Byron leave London?", ("1840",)),
        ("Ada Byron Station opened in 1840.",
         "According to the article “Ada Byron”, in what year did Ada Byron Station open?",
         ("1840",)),
        ("In 1840, Ada Byron met Lt. Col. Grey.",
         "In what year did Ada Byron meet Lt. Col. Grey?", ("1840",)),
    ],
)  # fmt: skip
def test_forms_of_dates_in_english(lead: str, question: str, answers: tuple[str, ...]) -> None:
    held = article("Ada Byron", f"Ada Byron was a writer. She wrote. She read. {lead}", "en")
    assert asked(held, "date") == {question: answers}


def test_each_verb_of_a_sentence_has_its_own_date() -> None:
    held = article("Ada Byron", "Ada Byron was a writer. Ada Byron left London in July 1832 but "
                   "returned in July 1833.", "en")  # fmt: skip
    assert asked(held, "date") == {
        "When did Ada Byron leave London?": ("July 1832",),
        "When did Ada Byron return?": ("July 1833",),
    }


@pytest.mark.parametrize(
    "lead",
    [
        "Ada Byron has been silent since the war ended in 1840.",
        "Ada Byron left London before the king died in 1840.",  # when the king did
        "Mary Grey wrote a letter to a friend of hers. She left London in 1840.",  # who?
        "He left London in 1840.",  # the article's person is she
        "In 1840, Ada Byron sold its design, manufacturing and shipping branches.",  # not all
        "In 1840, Ada Byron wrote: 'No.'",
        "It left London in 1840.",
    ],
)
def test_english_dates_that_would_not_be_right_are_left_out(lead: str) -> None:
    held = article("Ada Byron", f"Ada Byron was a writer. She wrote. She read. {lead}", "en")
    assert asked(held, "date") == {}
    assert len(reasons(held, "date")) == 1


def test_a_name_has_the_before_it_where_sentences_begin_so() -> None:
    text = "The Lume brand is old. Lume was founded by sailors. The Lume shop is new. Lume is here."
    assert subject_of(article("Lume", text, "en")).said == "Lume"
    assert subject_of(article("Lume", "The Lume is a river. Boats cross the Lume.", "en")).said == (
        "the Lume"
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Ela também voltou em 1850.",  # points at what was said before
        "Voltou em 1850 quem quis.",  # of whom?
        "Depois disso caiu a muralha, em 1850.",
        "Houve uma festa em 1850.",
        "A obra de 1840 foi derrubada em 1850.",
        "Porto Claro era uma vila em 1850.",  # a state, not an event
        "O porto, que foi fechado em 1850, é fundo.",
        "O rei mandou que a muralha caísse em 1850.",
    ],
)
def test_dates_that_would_not_be_clear_are_left_out(sentence: str) -> None:
    held = article("Porto Claro", f"Porto Claro é uma cidade. {sentence}")
    assert asked(held, "date") == {}
    assert len(reasons(held, "date")) == 1


@pytest.mark.parametrize("born", ["batizada em 3 de maio de 1670", "c. 1670", "1670 ou 1671", "?"])
def test_births_that_are_not_sure_are_not_asked_about(born: str) -> None:
    held = article("Ana Prado", f"Ana Prado (Porto, {born} – Vila Nova, 1741) foi uma navegadora.")
    assert asked(held, "date") in ({"Quando morreu Ana Prado?": ("1741",)}, {})


def test_one_question_with_two_answers_is_not_asked() -> None:
    lead = "Porto Claro é uma cidade. Porto Claro recebeu navios em 1850. Porto Claro recebeu "
    held = article("Porto Claro", f"{lead}navios em 1860.")
    assert asked(held, "date") == {}
    assert (
        reasons(held, "date")
        == [("two answers to one question", "Em que ano Porto Claro recebeu navios?")] * 2
    )


def test_what_is_asked_already_is_counted() -> None:
    lead = "Porto Claro é uma cidade. Porto Claro recebeu navios em 1850. Porto Claro recebeu "
    held = article("Porto Claro", f"{lead}navios em 1850.")
    question = "Em que ano Porto Claro recebeu navios?"
    assert asked(held, "date") == {question: ("1850",)}
    assert reasons(held, "date") == [("asked already", question)]


# Sections, gaps, pieces


def test_a_section_answers_with_its_first_sentences() -> None:
    prose = "A ponte foi construída com pedra da serra. " + "Outra frase muito mais longa. " * 14
    held = article(
        "Lume", "O Lume é um rio.", sections={"História": prose, "Ver também": "Rios e mares."}
    )
    ((question, (answer,)),) = asked(held, "section").items()
    assert question == "O que diz a seção “História” do artigo “Lume”?"
    assert prose.startswith(answer)
    assert answer.endswith(".")
    assert len(answer) <= 400


def test_gaps_hide_a_date_a_number_or_a_name() -> None:
    lead = "No inverno de 1902 o grupo de pescadores deixou a baía de Vila Nova para sempre."
    held = article("Porto Claro", lead)
    ((question, (answer,)),) = asked(held, "cloze").items()
    assert question.replace("____", answer) == f"Complete a frase do artigo “Porto Claro”: {lead}"
    assert answer in ("1902", "Vila Nova")
    assert asked(held, "cloze") == asked(held, "cloze")
    plain = article("Porto Claro", "Os barcos de pesca voltam ao porto antes de a noite cair.")
    assert asked(plain, "cloze") == {}
    assert reasons(plain, "cloze")[0][0] == "a sentence without a number or name to ask for"


def test_pieces_are_the_whole_text_in_usable_sizes() -> None:
    body = "\n\n".join(
        f"Parágrafo {n}. {'Uma frase sobre o rio e a serra. ' * n}" for n in range(60)
    )
    held = article("Lume", "O Lume é um rio da ilha. " * 10, sections={"Curso": body.strip()})
    made = make_questions(held, ["text"])
    assert {item.question for item in made.questions} == {"Lume", "Lume: Curso"}
    assert all(60 <= len(item.answers[0]) <= 1200 for item in made.questions)
    assert all(made.text[item.start : item.end] == item.answers[0] for item in made.questions)
    kept = " ".join(item.answers[0] for item in made.questions)
    left = " ".join(item.detail for item in made.left_out)
    both = sorted((kept + " " + left).split())
    assert both == sorted(held.document.text.replace("\n\nCurso\n\n", "\n\n").split())


# All together


def test_other_languages_are_refused_or_asked_without_words() -> None:
    held = article("Lume", "El Lume es un río de la isla.", "gl", sections={"Curso": "Baja de la "
                   "sierra y pasa por Porto Claro antes de llegar al mar de la isla."})  # fmt: skip
    with pytest.raises(UserError) as told:
        make_questions(held)
    assert str(told.value) == (
        "Questions of the kind definition are written in Portuguese (pt) and English (en), but the "
        "articles are in 'gl': set make to some of section, cloze, text."
    )
    assert list(asked(held, "section", "cloze")) == [
        "Lume: Curso",
        "Lume: Baja de la sierra y pasa por ____ antes de llegar al mar de la isla.",
    ]
    both = make_questions(held, ("text", "section")).questions
    assert [item.make for item in both if item.question == "Lume: Curso"] == ["text", "section"]


def test_some_of_every_kind_where_there_may_only_be_a_few() -> None:
    held = article(
        "Ceará",
        "O Ceará é um estado do Brasil. Em 1884, o Ceará libertou os escravizados.",
        facts={"capital": "Fortaleza", "gentílico": "cearense"},
    )
    kinds = [item.make for item in make_questions(held, per_article=3).questions]
    assert kinds == ["definition", "fact", "date"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(min_size=1, max_size=20), st.sampled_from(["pt", "en"]))
def test_any_text_is_survived_and_never_answers_itself(lead: str, title: str, lang: str) -> None:
    held = article(title, lead, lang, sections={"Foi": f"{title} foi um rio em 1850. {lead}"})
    made = make_questions(held, tuple(MAKERS))
    for item in made.questions:
        assert 0 <= item.start < item.end <= len(made.text)
        assert item.answers
        assert item.make == "text" or item.question.count(item.answers[0]) == 0


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("aA .!?\n()é1"), max_size=200))
def test_sentences_and_paragraphs_hold_all_that_is_no_space(text: str) -> None:
    for cut in (sentences, paragraphs):
        spans = list(cut(text))
        assert all(span.start < span.end for span in spans)
        assert all(one.end <= other.start for one, other in pairwise(spans))
        kept = "".join(text[span.start : span.end] for span in spans)
        assert "".join(kept.split()) == "".join(text.split())


def test_sentences_do_not_end_with_an_abbreviation() -> None:
    text = "O Dr. J. K. Silva chegou em 1.200 (d.C. Era cedo.) à rua. Saiu com D. Pedro I. Voltou!"
    assert [text[slice(*span)] for span in sentences(text)] == [
        "O Dr. J. K. Silva chegou em 1.200 (d.C. Era cedo.) à rua.",
        "Saiu com D. Pedro I.",
        "Voltou!",
    ]


def test_a_passage_is_a_paragraph_or_whole_sentences_about_its_answer() -> None:
    text = (
        "Antes.\n\n"
        + " ".join(f"Frase número {n} do parágrafo." for n in range(40))
        + "\n\nDepois."
    )
    place = text.index("Frase número 20")
    low, high = passage_around(text, Span(place, place + 15), 100)
    assert text[low:high].startswith("Frase número 20 do parágrafo. Frase número 21")
    assert high - low <= 100
    assert passage_around(text, Span(0, 4), 100) == (0, 6)


def test_what_a_subject_is_called() -> None:
    held = article("Fotossíntese", "Sem a fotossíntese não há vida, e a luz da fotossíntese basta.")
    subject = subject_of(held)
    assert (subject.said, subject.of, subject.person) == (
        "a fotossíntese",
        "da fotossíntese",
        False,
    )
