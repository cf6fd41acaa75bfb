// The answers browser. Texts come from models and material: they only ever become text nodes.
"use strict";
(() => {
  const { approaches, metrics, classify, answers, passages } = JSON.parse(
    document.getElementById("data").textContent,
  );
  const browser = document.getElementById("browser");
  if (!browser) return;
  const PAGE = 10;
  const at = (id) => document.getElementById(id);
  const state = { page: 0, hidden: new Set() };

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = String(text);
    return element;
  }

  const fold = (text) =>
    String(text ?? "").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  function written(value, digits) {
    if (typeof value !== "number") return "–";
    const size = Math.abs(value);
    const places = digits ?? (size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3);
    return value.toFixed(places).replace("-", "−");
  }

  // What an answer is searched by is folded once, when it is first needed.
  const haystacks = new Map();
  function haystack(example) {
    if (!haystacks.has(example)) {
      const said = Object.values(example.answers).map((answer) => answer.text);
      haystacks.set(example, fold([example.id, example.prompt, ...example.references, ...said].join("\n")));
    }
    return haystacks.get(example);
  }

  const value = (example, name, metric) => {
    const found = example.answers[name]?.scores?.[metric];
    return typeof found === "number" ? found : null;
  };

  // Orders: what each is called, and the number it sorts by (largest first; null goes last).
  const sign = (metric) => (metrics.find((item) => item.name === metric)?.better === "lower" ? -1 : 1);
  const signed = (example, name, metric, factor) => {
    const found = value(example, name, metric);
    return found === null ? null : factor * sign(metric) * found;
  };
  const apart = (example, metric, first, second) => {
    const [one, other] = [value(example, first, metric), value(example, second, metric)];
    return one === null || other === null ? null : sign(metric) * (one - other);
  };
  const orders = [
    { title: "as in the test set", needs: [], key: null },
    { title: "best first", needs: ["metric", "first"], key: (e, m, a) => signed(e, a, m, 1) },
    { title: "worst first", needs: ["metric", "first"], key: (e, m, a) => signed(e, a, m, -1) },
    {
      title: "largest difference between two",
      needs: ["metric", "first", "second"],
      key: (e, m, a, b) => {
        const found = apart(e, m, a, b);
        return found === null ? null : Math.abs(found);
      },
    },
    {
      title: "the first most ahead of the second",
      needs: ["metric", "first", "second"],
      key: (e, m, a, b) => apart(e, m, a, b),
    },
  ];

  // Only metrics that exist for single answers can order them.
  const perAnswer = metrics.filter((metric) =>
    answers.some((example) => approaches.some(({ name }) => value(example, name, metric.name) !== null)),
  );

  function options(select, items, chosen) {
    items.forEach(({ title, value: content }, index) => {
      const option = make("option", "", title);
      option.value = content;
      option.selected = index === chosen;
      select.append(option);
    });
  }

  function found() {
    const wanted = fold(at("search").value).split(/\s+/).filter(Boolean);
    const kept = answers.filter((example) => wanted.every((word) => haystack(example).includes(word)));
    const order = orders[Number(at("order").value)];
    if (!order.key) return kept;
    const [metric, first, second] = [at("metric").value, at("first").value, at("second").value];
    return kept
      .map((example) => [example, order.key(example, metric, first, second)])
      .sort(([, a], [, b]) => (a === null) - (b === null) || (b ?? 0) - (a ?? 0))
      .map(([example]) => example);
  }

  function swatch(colour) {
    const element = make("span", "swatch");
    element.style.setProperty("--colour", colour);
    return element;
  }

  function labels(answer, example) {
    const list = make("ul", "labels");
    const sorted = Object.entries(answer.label_scores ?? {}).sort(([, a], [, b]) => (b ?? -1e9) - (a ?? -1e9));
    // Shares among the labels: log-probabilities of whole labels are too small to read.
    const top = sorted[0]?.[1] ?? 0;
    const total = sorted.reduce((sum, [, score]) => sum + (typeof score === "number" ? Math.exp(score - top) : 0), 0);
    for (const [label, score] of sorted) {
      const item = make("li", label === example.references[0] ? "true" : "");
      const share = typeof score === "number" ? Math.exp(score - top) / total : 0;
      item.style.setProperty("--share", `${(100 * share).toFixed(1)}%`);
      item.append(make("span", "", label), make("span", "n", typeof score === "number" ? share.toFixed(2) : "–"));
      list.append(item);
    }
    return list;
  }

  // What stood in the prompt, by its number; gold passages that did not stand there come after.
  function passageList(found) {
    const shown = found.filter((item) => item.shown);
    const box = make("details", "passages");
    const gold = shown.filter((item) => item.gold).map((item) => `[${item.rank}]`);
    const known = gold.length ? `, gold ${gold.join(" ")}` : found.some((item) => item.gold) ? ", gold not shown" : "";
    box.append(make("summary", "", `${shown.length} ${shown.length === 1 ? "passage" : "passages"}${known}`));
    const list = make("ul");
    for (const item of found) {
      const [title, text, source] = passages[item.key] ?? ["", ""];
      const entry = make("li", item.gold ? "gold" : "");
      const head = make("h5", "", item.shown ? `[${item.rank}] ${title}` : `${title} (rank ${item.rank}, not shown)`);
      if (item.gold) head.append(make("span", "tag", "gold"));
      if (item.cited) head.append(make("span", "tag strong", "cited"));
      head.append(make("small", "", ` score ${written(item.score)}`));
      const part = item.characters === null ? text : text.slice(0, item.characters);
      const body = make("p", "said-text", part);
      if (item.characters !== null && part.length < text.length) body.append(make("span", "quiet", " … (the rest did not fit)"));
      entry.append(head, body);
      if (source) entry.append(make("p", "quiet", source));
      list.append(entry);
    }
    box.append(list);
    return box;
  }

  function answerCard({ name, colour, baseline }, example) {
    const card = make("div", "answer");
    const head = make("h4");
    head.append(swatch(colour), make("span", "name", name));
    if (baseline) head.append(make("span", "tag", "baseline"));
    card.append(head);
    const answer = example.answers[name];
    if (!answer) {
      card.append(make("p", "quiet", "No answer."));
      return card;
    }
    const body = make("p", "said-text", answer.text);
    if (!answer.text) {
      body.textContent = "(an empty answer)";
      body.classList.add("quiet");
    }
    card.append(body);
    if (answer.label !== null && answer.label !== undefined) {
      const right = answer.label === example.references[0];
      if (classify) body.replaceChildren(make("b", "", answer.label), ` ${right ? "✓ right" : "✗ wrong"}`);
      if (answer.label_scores) card.append(labels(answer, example));
    }
    if (answer.passages?.length) card.append(passageList(answer.passages));
    const scores = make("dl", "values");
    for (const metric of metrics) {
      if (value(example, name, metric.name) === null) continue;
      const pair = make("div");
      pair.append(make("dt", "", metric.title), make("dd", "", written(value(example, name, metric.name), metric.digits)));
      scores.append(pair);
    }
    if (scores.children.length) card.append(scores);
    const notes = [];
    if (typeof answer.prompt_tokens === "number") notes.push(`${answer.prompt_tokens} prompt tokens`);
    if (typeof answer.answer_tokens === "number") notes.push(`${answer.answer_tokens} answer tokens`);
    if (answer.finish === "length") notes.push("cut off at the length limit");
    card.append(make("p", "counts", notes.join(" · ")));
    return card;
  }

  function exampleCard(example) {
    const card = make("article", "example");
    card.append(make("h3", "", example.id));
    const prompt = make("details");
    const long = String(example.prompt).length > 420;
    prompt.open = !long;
    const first = String(example.prompt).replace(/\s+/g, " ").slice(0, 110);
    prompt.append(make("summary", "", long ? `Prompt: ${first}…` : "Prompt"), make("pre", "", example.prompt));
    card.append(prompt);
    const many = example.references.length;
    if (many) {
      const right = make("div", "references");
      right.append(make("h4", "", classify ? "Right label" : many > 1 ? `${many} references` : "Reference"));
      for (const reference of example.references) right.append(make("p", "said-text", reference));
      card.append(right);
    }
    const side = make("div", "side");
    for (const approach of approaches) {
      if (!state.hidden.has(approach.name)) side.append(answerCard(approach, example));
    }
    card.append(side);
    return card;
  }

  function show() {
    const order = orders[Number(at("order").value)];
    for (const id of ["metric", "first", "second"]) at(id).closest("label").hidden = !order.needs.includes(id);
    const list = found();
    const pages = Math.max(1, Math.ceil(list.length / PAGE));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    const start = state.page * PAGE;
    const shown = list.slice(start, start + PAGE);
    at("list").replaceChildren(...shown.map(exampleCard));
    at("state").textContent =
      list.length === answers.length ? `${answers.length} examples` : `${list.length} of ${answers.length} examples`;
    at("place").textContent = list.length ? `${start + 1}–${start + shown.length} of ${list.length}` : "nothing found";
    at("back").disabled = state.page === 0;
    at("next").disabled = state.page >= pages - 1;
  }

  const again = () => {
    state.page = 0;
    show();
  };
  const turn = (by) => {
    state.page += by;
    show();
    at("answers").scrollIntoView();
  };

  const usable = orders
    .map((order, index) => ({ ...order, value: index }))
    .filter((order) => order.needs.length === 0 || (perAnswer.length && (order.needs.length < 3 || approaches.length > 1)));
  options(at("order"), usable, 0);
  options(at("metric"), perAnswer.map(({ name, title }) => ({ title, value: name })), 0);
  const named = approaches.map(({ name }) => ({ title: name, value: name }));
  options(at("first"), named, approaches.length - 1);
  options(at("second"), named, 0);
  for (const { name, colour } of approaches) {
    const label = make("label", "choice");
    const box = make("input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => {
      if (box.checked) state.hidden.delete(name);
      else state.hidden.add(name);
      show();
    });
    label.append(box, swatch(colour), make("span", "name", name));
    at("chosen").append(label);
  }
  let waiting = 0;
  at("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(again, 120);
  });
  for (const id of ["order", "metric", "first", "second"]) at(id).addEventListener("change", again);
  at("back").addEventListener("click", () => turn(-1));
  at("next").addEventListener("click", () => turn(1));
  browser.hidden = false;
  show();
})();
