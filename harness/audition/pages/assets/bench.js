"use strict";
(() => {
  const { data, state, find, findAll, put, say, colour, draw, usual, tip, sortable, restore, element, short } = page;
  const NAMES = ["selector", "task", "ratio", "stratum", "relacc", "pear", "spearman", "regret", "cost", "p", "ranking"];
  const cells = data.rows.map((row) => Object.fromEntries(NAMES.map((name, place) => [name, row[place]])));
  for (const cell of cells) cell.benchmark = data.benchmarks[cell.task];
  const value = (ratio) => { const [a, b] = ratio.split("/"); return b ? a / b : Number(a); };
  const percent = (share, digits = 1) => (share === null ? "–" : (100 * share).toFixed(digits));
  const mean = (values) => { const known = values.filter((each) => each !== null); return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null; };
  const unique = (values) => [...new Set(values)];
  const text = (stratum) => (stratum === "all" ? "all" : stratum.replace("memory<=", "≤ ").replace("params<", "below ").replace("GiB", " GiB"));

  // --- which cells count: in the address
  const FILTERS = { benchmark: cells.length ? cells[0].benchmark : "", task: "", ratio: "", stratum: "all" };
  const words = { benchmark: "all benchmarks", task: "all tasks", ratio: "all ratios", stratum: "all strata" };
  for (const [name, usualValue] of Object.entries(FILTERS)) {
    const select = find(`#by-${name}`);
    const values = unique(cells.map((cell) => cell[name]));
    for (const each of values) select.append(new Option(name === "stratum" ? text(each) : each, each));
    if (name !== "stratum") select[usualValue === "" ? "prepend" : "append"](new Option(words[name], ""));
    const wanted = state.get(name) === "all" && name !== "stratum" ? "" : state.get(name);
    select.value = wanted === "" || values.includes(wanted) ? wanted : usualValue;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
    select.addEventListener("change", () => { put(name, select.value === usualValue ? "" : select.value || "all"); show(); });
  }
  find(".controls").addEventListener("submit", (event) => event.preventDefault());
  const counted = () => cells.filter((cell) => Object.keys(FILTERS).every((name) => !find(`#by-${name}`).value || cell[name] === find(`#by-${name}`).value));

  function standings() {
    const found = new Map();
    for (const cell of counted()) found.set(cell.selector, [...(found.get(cell.selector) || []), cell]);
    return [...found].map(([selector, of]) => {
      const regrets = of.map((cell) => cell.regret).filter((each) => each !== null);
      const within = (most) => (regrets.length ? regrets.filter((each) => each <= most).length / regrets.length : null);
      const accuracies = of.map((cell) => cell.relacc).filter((each) => each !== null);
      return {
        selector, cells: of.length, relacc: mean(accuracies), worst: accuracies.length ? Math.min(...accuracies) : null,
        pear: mean(of.map((cell) => cell.pear)), spearman: mean(of.map((cell) => cell.spearman)), regret: mean(regrets),
        w1: within(0.01), w2: within(0.02), w5: within(0.05), cost: mean(of.map((cell) => cell.cost)),
      };
    }).sort((a, b) => (b.relacc ?? -9) - (a.relacc ?? -9) || a.selector.localeCompare(b.selector));
  }

  function row(datasets, ...children) {
    const made = element("tr", {}, ...children);
    for (const [name, each] of Object.entries(datasets)) made.dataset[name] = each === null ? "" : each;
    return made;
  }
  const number = (shown) => element("td", { class: "n" }, shown);
  const chosen = () => state.get("selector") || standings()[0]?.selector;

  function showBoard() {
    const lines = standings();
    const body = find("#table tbody");
    body.replaceChildren(...lines.map((line) => {
      const open = element("button", { type: "button", class: "quiet" }, element("bdi", {}, line.selector));
      open.addEventListener("click", () => {
        put("selector", line.selector);
        put("cell", "");
        showCells();
        showRanking();
        say(`Cells of ${line.selector}`);
        find("#cells").scrollIntoView({ block: "start" });
      });
      return row(line, element("th", { scope: "row" }, open), number(percent(line.relacc)), number(percent(line.worst)), number(percent(line.pear)), number(percent(line.spearman)), number(percent(line.regret, 2)), number(percent(line.w1, 0)), number(percent(line.w2, 0)), number(percent(line.w5, 0)), number(percent(line.cost, 2)), number(String(line.cells)));
    }));
    restore(find("#table"));
    const n = unique(counted().map((cell) => `${cell.task} ${cell.ratio} ${cell.stratum}`)).length;
    find("#count").textContent = `${n} cells a selector`;
  }

  const identity = (cell) => `${cell.selector}|${cell.task}|${cell.ratio}|${cell.stratum}`;
  function showCells() {
    const selector = chosen();
    find("#of-selector").textContent = selector || "nobody";
    const own = counted().filter((cell) => cell.selector === selector);
    find("#cell-table tbody").replaceChildren(...own.map((cell) => {
      const first = cell.ranking.length ? data.models[cell.ranking[0]] : "–";
      const open = element("button", { type: "button", class: "quiet", "aria-label": `Ranking on ${cell.task} at ${cell.ratio}: ${first} first` }, element("bdi", { class: "model" }, short(first, 40)));
      open.disabled = !cell.ranking.length;
      open.addEventListener("click", () => { put("cell", identity(cell)); showRanking(); find("#ranking-title").focus(); });
      return row({ task: cell.task, ratio: value(cell.ratio), stratum: cell.stratum, relacc: cell.relacc, pear: cell.pear, regret: cell.regret, p: cell.p }, element("th", { scope: "row" }, cell.task), number(cell.ratio), element("td", {}, text(cell.stratum)), number(percent(cell.relacc)), number(percent(cell.pear)), number(percent(cell.regret, 2)), number(percent(cell.p, 0)), element("td", {}, open));
    }));
    restore(find("#cell-table"), "cells");
  }

  function showRanking() {
    const cell = cells.find((each) => identity(each) === state.get("cell"));
    find("#ranking-section").hidden = !cell;
    if (!cell) return;
    const losses = data.losses[cell.task] || {};
    const order = [...cell.ranking].sort((a, b) => losses[a] - losses[b]);
    const best = losses[order[0]];
    find("#ranking-title").textContent = `Ranking of ${cell.selector}: ${cell.task} at ${cell.ratio}, ${text(cell.stratum)}`;
    find("#ranking-note").textContent = `RelAcc ${percent(cell.relacc)}, PearCorr ${percent(cell.pear)}${cell.p === null ? "" : `; it said: within 2 % of the best with probability ${cell.p.toFixed(2)}`}.`;
    find("#ranking-table tbody").replaceChildren(...cell.ranking.map((model, place) => element("tr", {}, number(String(place + 1)), element("th", { scope: "row" }, element("bdi", { class: "model" }, data.models[model])), number(String(order.indexOf(model) + 1)), number(losses[model] === undefined ? "–" : losses[model].toFixed(4)), number(losses[model] === undefined ? "–" : `${percent(losses[model] / best - 1)} %`))));
  }

  const colourOf = (names) => (name) => colour(`c${names.indexOf(name) % 8}`);
  const drawPareto = draw("#chart-pareto", (width) => {
    const lines = standings().filter((line) => line.relacc !== null);
    if (!lines.length) return null;
    const least = Math.min(...lines.map((line) => line.cost).filter((cost) => cost > 0), 0.001) / 3;
    const points = lines.map((line) => ({ ...line, x: Math.max(line.cost, least), y: 100 * line.relacc }));
    const front = [];
    for (const point of [...points].sort((a, b) => a.x - b.x || b.y - a.y)) if (!front.length || point.y > front[front.length - 1].y) front.push(point);
    const middle = Math.sqrt(Math.min(...points.map((point) => point.x)) * Math.max(...points.map((point) => point.x)));
    const [low, high] = [Math.min(...points.map((point) => point.y)), Math.max(...points.map((point) => point.y))];
    const span = Math.log(Math.max(...points.map((point) => point.x)) / Math.min(...points.map((point) => point.x))) || 1;
    const named = [];  // labels that stand in no other's way; the rest are told by the tip and the table
    for (const point of points) {
      const isNear = (other) => Math.abs(other.y - point.y) < 0.045 * (high - low) && Math.abs(Math.log(other.x / point.x)) < 0.3 * span;
      if (!named.some(isNear)) named.push(point);
    }
    const isPhone = width < 500;
    const colours = colourOf(points.map((point) => point.selector));
    const chart = Plot.plot({
      ...usual(), width, height: isPhone ? 300 : 400, marginLeft: 48, marginRight: 20, marginBottom: 40, ariaLabel: "RelAcc by cost",
      x: { type: "log", label: "examples asked for, % of fine-tuning everything →", tickFormat: (each) => String(+(100 * each).toPrecision(2)), ticks: isPhone ? 3 : 6 },
      y: { label: "↑ RelAcc, %", grid: true },
      marks: [
        Plot.line(front, { x: "x", y: "y", stroke: colour("soft"), strokeDasharray: "4,3", curve: "step-after" }),
        Plot.dot(points, { x: "x", y: "y", fill: (point) => colours(point.selector), r: 5 }),
        ...[["start", 9, (point) => point.x < middle], ["end", -9, (point) => point.x >= middle]].map(([textAnchor, dx, of]) => (
          Plot.text(named.filter(of), { x: "x", y: "y", text: (point) => short(point.selector, 18), dx, textAnchor, fill: colour("ink"), stroke: colour("paper"), strokeWidth: 3 })
        )),
      ],
    });
    const [x, y] = [chart.scale("x"), chart.scale("y")];
    return tip(chart, points.map((point) => ({ point, x: x.apply(point.x), y: y.apply(point.y) })), ({ point }) => `${point.selector}\nRelAcc ${percent(point.relacc)} (worst ${percent(point.worst)})\n${percent(point.cost, 2)} % of the examples`);
  });

  const BINS = [0, 0.3, 0.5, 0.7, 0.9, 1.0001];
  function reliability() {
    const found = [];
    const said = counted().filter((cell) => cell.p !== null && cell.regret !== null);
    for (const selector of unique(said.map((cell) => cell.selector))) {
      for (let bin = 0; bin < BINS.length - 1; bin += 1) {
        const own = said.filter((cell) => cell.selector === selector && cell.p >= BINS[bin] && cell.p < BINS[bin + 1]);
        if (own.length) found.push({ selector, bin, n: own.length, said: mean(own.map((cell) => cell.p)), true: own.filter((cell) => cell.regret <= 0.02).length / own.length });
      }
    }
    return found;
  }
  const drawCalibration = draw("#chart-calibration", (width) => {
    const bins = reliability();
    const table = find("#calibration-table tbody");
    table.replaceChildren(...bins.map((each) => element("tr", {}, element("th", { scope: "row" }, each.selector), element("td", {}, `${BINS[each.bin]} to ${Math.min(1, BINS[each.bin + 1])}`), number(each.said.toFixed(2)), number(each.true.toFixed(2)), number(String(each.n)))));
    if (!bins.length) return element("p", {}, "No selector said how sure it was on these cells.");
    const selectors = unique(bins.map((each) => each.selector));
    const colours = colourOf(selectors);
    const side = Math.min(width, 460);
    const chart = Plot.plot({
      ...usual(), width: side, height: side * 0.86, marginLeft: 44, marginBottom: 40, ariaLabel: "Reliability of what selectors say",
      x: { domain: [0, 1], label: "said →", ticks: 5 }, y: { domain: [0, 1], label: "↑ came true", grid: true, ticks: 5 }, r: { range: [3, 11] },
      marks: [
        Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: colour("soft"), strokeDasharray: "4,3" }),
        Plot.line(bins, { x: "said", y: "true", z: "selector", stroke: (each) => colours(each.selector) }),
        Plot.dot(bins, { x: "said", y: "true", r: "n", fill: (each) => colours(each.selector), fillOpacity: 0.8 }),
        Plot.text(selectors.map((name) => bins.filter((each) => each.selector === name).at(-1)), { x: "said", y: "true", text: "selector", dy: -14, fill: colour("ink") }),
      ],
    });
    const [x, y] = [chart.scale("x"), chart.scale("y")];
    return tip(chart, bins.map((each) => ({ each, x: x.apply(each.said), y: y.apply(each.true) })), ({ each }) => `${each.selector}\nsaid ${each.said.toFixed(2)}, came true ${each.true.toFixed(2)}\n${each.n} cells`);
  });

  function show() {
    showBoard();
    showCells();
    showRanking();
    drawPareto();
    drawCalibration();
  }
  const isUpFirst = (key) => ["selector", "task", "stratum", "regret", "cost"].includes(key);
  sortable(find("#table"), "sort", isUpFirst);
  sortable(find("#cell-table"), "cells", isUpFirst);
  show();
  page.showTheme();
})();
