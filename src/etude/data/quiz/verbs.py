"""Verbs in the past: how a question with a date takes them up."""

from __future__ import annotations

import re

from etude.data.quiz.words import folded

# Portuguese: endings of the preterite and the imperfect that are in use, and nouns that end so too.
FINITE = re.compile(
    r"(?:[a-zà-ÿ]{2,}(?:ou|eu|iu|aram|eram|iram)|foi|foram|era|eram|teve|tiveram|fez|fizeram|veio"
    r"|vieram|deu|deram|viu|caiu|saiu|pôs|quis|disse|trouxe|esteve|pôde|propôs|compôs|depôs|interveio"
    r"|manteve|obteve|conteve|deteve|passou|leu|tornou)(?:-se)?\Z"
)
NOUNS = frozenset(
    """
    museu europeu europeia judeu ateu pneu céu réu véu chapéu seu meu teu troféu plebeu hebreu
    liceu mausoléu apogeu coliseu fariseu galileu camafeu deu museologia eu breu mateus dou sou
    estou vou ou
    """.split()  # noqa: SIM905
) - {"deu"}
# With these nothing is told of a subject before them: it follows, or there is none.
IMPERSONAL = frozenset(
    """
    houve houveram havia ocorreu ocorreram aconteceu aconteceram começou começaram surgiu surgiram
    existiu existiram existia restou restaram faltou bastou coube
    """.split()  # noqa: SIM905
)
CLITIC = re.compile(r"-(?:l?[oa]s?|lhes?|n[oa]s?|me|te|vos)(?!\w)")
REFLEXIVE = re.compile(r"\A(\w+)-se(?!\w)")
BEING = {"nasceu": "nasceu", "morreu": "morreu", "faleceu": "morreu"}

# English: the past, and the form after "did".
IRREGULAR = dict(
    pair.split(":")
    for pair in """
    became:become began:begin won:win took:take gave:give wrote:write made:make went:go came:come
    led:lead fell:fall rose:rise built:build left:leave lost:lose held:hold met:meet sold:sell
    bought:buy brought:bring fought:fight sent:send ran:run broke:break chose:choose
    flew:fly grew:grow knew:know spoke:speak stood:stand taught:teach wore:wear drew:draw
    overthrew:overthrow withdrew:withdraw fled:flee died:die married:marry studied:study
    carried:carry occupied:occupy moved:move founded:found published:publish received:receive
    produced:produce created:create established:establish opened:open closed:close ended:end
    started:start joined:join served:serve worked:work signed:sign declared:declare invaded:invade
    discovered:discover invented:invent introduced:introduce released:release launched:launch
    completed:complete retired:retire returned:return arrived:arrive landed:land reached:reach
    entered:enter formed:form graduated:graduate resigned:resign succeeded:succeed
    conquered:conquer defeated:defeat settled:settle visited:visit recorded:record performed:perform
    abolished:abolish adopted:adopt announced:announce ratified:ratify proclaimed:proclaim
    surrendered:surrender abdicated:abdicate emigrated:emigrate immigrated:immigrate merged:merge
    separated:separate hosted:host celebrated:celebrate appeared:appear debuted:debut
    premiered:premiere expanded:expand collapsed:collapse exploded:explode erupted:erupt
    gained:gain achieved:achieve granted:grant passed:pass changed:change accepted:accept
    acquired:acquire addressed:address admitted:admit agreed:agree allowed:allow appointed:appoint
    approved:approve assumed:assume attacked:attack attempted:attempt
    attended:attend awarded:award banned:ban beat:beat bombed:bomb captured:capture caught:catch
    caused:cause commissioned:commission composed:compose condemned:condemn
    confirmed:confirm constructed:construct converted:convert crossed:cross debated:debate
    decided:decide declined:decline dedicated:dedicate delivered:deliver demanded:demand
    demonstrated:demonstrate designed:design destroyed:destroy developed:develop directed:direct
    dissolved:dissolve divided:divide divorced:divorce donated:donate doubled:double earned:earn
    edited:edit elected:elect embarked:embark endorsed:endorse enlisted:enlist escaped:escape
    estimated:estimate exhibited:exhibit experienced:experience explored:explore extended:extend
    failed:fail featured:feature filed:file filmed:film finished:finish followed:follow
    forced:force fired:fire gathered:gather got:get governed:govern guided:guide halted:halt
    headed:head helped:help hired:hire included:include increased:increase inherited:inherit
    initiated:initiate inspired:inspire installed:install issued:issue killed:kill kept:keep
    lectured:lecture legalized:legalize lived:live licensed:license lowered:lower
    maintained:maintain managed:manage met:meet named:name nominated:nominate obtained:obtain
    offered:offer ordered:order organized:organize owned:own paid:pay participated:participate
    performed:perform permitted:permit planned:plan played:play pleaded:plead practiced:practice
    presented:present preached:preach prepared:prepare promoted:promote proposed:propose
    proved:prove provided:provide purchased:purchase raised:raise ranked:rank read:read
    recaptured:recapture recognized:recognize refused:refuse regained:regain registered:register
    rejected:reject rejoined:rejoin relocated:relocate remarried:remarry removed:remove
    renamed:rename renounced:renounce replaced:replace reprised:reprise
    researched:research restored:restore revealed:reveal reversed:reverse revised:revise rode:ride
    ruled:rule sailed:sail saw:see scored:score secured:secure seized:seize set:set
    shared:share showed:show shot:shoot split:split sponsored:sponsor spent:spend 
    stayed:stay stopped:stop struck:strike submitted:submit suffered:suffer 
    supported:support swam:swim switched:switch toured:tour trained:train transferred:transfer
    translated:translate traveled:travel travelled:travel turned:turn underwent:undergo
    unified:unify unveiled:unveil voted:vote wed:wed welcomed:welcome witnessed:witness
    won:win wrestled:wrestle
    """.split()  # noqa: SIM905
)
# Verbs that tell something without anything after them.
ALONE = frozenset(
    """
    die retire resign abdicate surrender marry remarry divorce graduate emigrate immigrate return
    end begin close open start finish fall debut premiere collapse explode erupt escape disappear
    """.split()  # noqa: SIM905
)
AUXILIARY = frozenset({"was", "were"})


def is_finite(word: str) -> bool:
    """Whether a Portuguese word is a verb that tells of the past."""
    small = word.casefold()
    return small not in NOUNS and bool(FINITE.fullmatch(small))


def singular(word: str) -> bool:
    """Whether a Portuguese verb's subject is one person or thing."""
    return not re.search(r"(?:aram|eram|iram|foram|deram)(?:-se)?\Z", word.casefold())


def proclitic(phrase: str) -> str:
    """`tornou-se rei` -> `se tornou rei`: in questions the pronoun goes before the verb."""
    return REFLEXIVE.sub(r"se \1", phrase)


def feminine_participle(phrase: str) -> bool | None:
    """Whether `foi ...` goes on in the feminine; None where the words do not show it."""
    match = re.match(r"foi\s+(\w+)([oa])(?!\w)", folded(phrase))
    if not match or not re.search(r"(?:ad|id|it|rt|st|pt)\Z", match[1]):
        return None
    return match[2] == "a"
