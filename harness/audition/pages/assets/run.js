"use strict";
(() => {
  const { data, state, find, findAll, put, colour, draw, usual, tip, sortable, element, short } = page;
  const COLOURS = 8;
  const SYMBOLS = ["circle", "triangle", "square", "diamond", "cross", "star", "wye", "times"];
  const byName = new Map(data.models.map((model) => [model.name, model]));
  const drawable = data.models.filter((model) => model.points.length);

  // --- who is drawn: in the address, else the best
  let chosen = state.has("draw")
    ? state.get("draw").split("\n").filter((name) => byName.has(name))
    : drawable.filter((model) => model.rank !== null).slice(0, data.n_drawn).map((model) => model.name);
  const place = (name) => chosen.indexOf(name);
  const colourOf = (name) => (place(name) < 0 ? colour("grey") : colour(`c${place(name) % COLOURS}`));
  const symbolOf = (name) => SYMBOLS[Math.max(0, place(name)) % SYMBOLS.length];
  const loss = (value) => value.toFixed(4);
  const count = (value) => value.toLocaleString("en");

  function paths() {
    const measured = [];
    const beyond = [];
    const bands = [];
    for (const model of drawable) {
      for (const [n, value] of model.points) measured.push({ name: model.name, n, loss: value, kind: "measured" });
      const [n, value] = model.points[model.points.length - 1];
      if (model.predicted === null || !(model.predicted > 0)) continue;
      if (n >= data.n_full) continue;
      beyond.push({ name: model.name, n, loss: value, isAnchor: true });
      beyond.push({ name: model.name, n: data.n_full, loss: model.predicted, kind: "predicted", interval: model.interval });
      if (model.interval && place(model.name) >= 0) {
        bands.push({ name: model.name, n, low: value, high: value });
        bands.push({ name: model.name, n: data.n_full, low: model.interval[0], high: model.interval[1] });
      }
    }
    return { measured, beyond, bands };
  }

  const drawCurves = draw("#chart-curves", (width) => {
    if (!drawable.length) return element("p", {}, "No candidate has a measured loss to draw.");
    const { measured, beyond, bands } = paths();
    const isQuiet = (each) => place(each.name) < 0;
    const quiet = measured.filter(isQuiet);
    const loud = measured.filter((each) => !isQuiet(each));
    const isPhone = width < 500;
    const chart = Plot.plot({
      ...usual(),
      width,
      height: isPhone ? 320 : 440,
      marginLeft: 52,
      marginBottom: 40,
      ariaLabel: "Loss by training examples",
      x: { type: "log", label: "training examples →", tickFormat: "~s", ticks: isPhone ? 4 : 8 },
      y: { type: "log", label: `↑ test loss, ${data.unit}`, tickFormat: ".3~g", ticks: 6, grid: true },
      marks: [
        Plot.line(quiet, { x: "n", y: "loss", z: "name", stroke: colour("grey"), strokeWidth: 0.8, strokeOpacity: 0.45 }),
        Plot.line(beyond.filter(isQuiet), { x: "n", y: "loss", z: "name", stroke: colour("grey"), strokeWidth: 0.8, strokeOpacity: 0.3, strokeDasharray: "2,3" }),
        Plot.areaY(bands, { x: "n", y1: "low", y2: "high", z: "name", fill: (each) => colourOf(each.name), fillOpacity: 0.14 }),
        Plot.line(beyond.filter((each) => !isQuiet(each)), { x: "n", y: "loss", z: "name", stroke: (each) => colourOf(each.name), strokeWidth: 1.8, strokeDasharray: "5,4" }),
        Plot.line(loud, { x: "n", y: "loss", z: "name", stroke: (each) => colourOf(each.name), strokeWidth: 2 }),
        ...chosen.map((name) => Plot.dot([...loud, ...beyond.filter((each) => each.kind)].filter((each) => each.name === name), {
          x: "n", y: "loss", symbol: symbolOf(name), stroke: colourOf(name), fill: (each) => (each.kind === "predicted" ? colour("paper") : colourOf(name)), r: 4,
        })),
        Plot.ruleX([data.n_full], { stroke: colour("line") }),
      ],
    });
    const [x, y] = [chart.scale("x"), chart.scale("y")];
    const points = [...measured, ...beyond.filter((each) => each.kind)].map((each) => ({ ...each, x: x.apply(each.n), y: y.apply(each.loss) }));
    return tip(chart, points, (each) => {
      const interval = each.interval ? `\n80 % interval ${loss(each.interval[0])} to ${loss(each.interval[1])}` : "";
      return `${each.name}\n${loss(each.loss)} at ${count(each.n)} (${each.kind})${interval}`;
    });
  });

  const drawIntervals = draw("#chart-intervals", (width) => {
    const rows = data.models.filter((model) => model.interval && model.rank !== null).slice(0, 25);
    if (!rows.length) return null;
    const isPhone = width < 500;
    const letters = isPhone ? 16 : 30;
    const label = (name) => short(name, letters);
    const chart = Plot.plot({
      ...usual(),
      width,
      height: 40 + 22 * rows.length,
      marginLeft: isPhone ? 120 : 210,
      marginBottom: 36,
      ariaLabel: "Predicted losses with intervals",
      x: { label: `predicted loss, ${data.unit} →`, grid: true, ticks: isPhone ? 4 : 8 },
      y: { domain: rows.map((model) => model.name), label: null, tickFormat: label, tickSize: 0 },
      marks: [
        Plot.link(rows, { x1: (model) => model.interval[0], x2: (model) => model.interval[1], y1: "name", y2: "name", stroke: (model) => colourOf(model.name), strokeWidth: 5, strokeOpacity: 0.4, strokeLinecap: "round" }),
        Plot.dot(rows, { x: "predicted", y: "name", fill: (model) => colourOf(model.name), r: 4.5 }),
      ],
    });
    const [x, y] = [chart.scale("x"), chart.scale("y")];
    const points = rows.map((model) => ({ model, x: x.apply(model.predicted), y: y.apply(model.name) + (y.bandwidth || 0) / 2 }));
    return tip(chart, points, ({ model }) => `${model.name}\npredicted ${loss(model.predicted)}\n80 % interval ${loss(model.interval[0])} to ${loss(model.interval[1])}`);
  });

  const GIB = 2 ** 30;
  const drawMemory = draw("#chart-memory", (width) => {
    const rows = data.models.filter((model) => model.bytes && (model.predicted ?? model.points.length));
    const value = (model) => model.predicted ?? model.points[model.points.length - 1][1];
    if (!rows.length) return null;
    const chart = Plot.plot({
      ...usual(),
      width,
      height: width < 500 ? 280 : 360,
      marginLeft: 52,
      marginBottom: 40,
      ariaLabel: "Predicted loss by memory",
      x: { type: "log", label: "peak memory, GiB (estimated) →", tickFormat: ".3~g", ticks: 6 },
      y: { label: `↑ predicted loss, ${data.unit}`, grid: true },
      marks: [
        Plot.ruleX(data.budgets, { x: (each) => each / GIB, stroke: colour("accent"), strokeDasharray: "4,3" }),
        Plot.dot(rows, { x: (model) => model.bytes / GIB, y: value, fill: (model) => colourOf(model.name), r: 5 }),
      ],
    });
    const [x, y] = [chart.scale("x"), chart.scale("y")];
    const points = rows.map((model) => ({ model, x: x.apply(model.bytes / GIB), y: y.apply(value(model)) }));
    return tip(chart, points, ({ model }) => `${model.name}\n${loss(value(model))}\n${(model.bytes / GIB).toPrecision(3)} GiB (estimated)`);
  });

  function drawLegend() {
    const items = chosen.map((name) => {
      const key = Plot.plot({ width: 16, height: 16, margin: 0, axis: null, x: { domain: [0, 1] }, y: { domain: [0, 1] }, marks: [Plot.dot([[0.5, 0.5]], { symbol: symbolOf(name), fill: colourOf(name), stroke: colourOf(name), r: 4.5 })] });
      page.readable(key);
      key.removeAttribute("role");
      key.setAttribute("aria-hidden", "true");
      return element("li", {}, key, element("bdi", { class: "model" }, name));
    });
    find("#legend").replaceChildren(...items);
  }
  find("#theme").addEventListener("click", drawLegend);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawLegend);
  const redraw = () => { drawCurves(); drawIntervals(); drawMemory(); drawLegend(); };

  // --- the table chooses who is drawn
  const table = find("#table");
  for (const box of findAll(".draw", table)) {
    const name = box.closest("tr").dataset.model;
    const model = byName.get(name);
    box.checked = place(name) >= 0;
    box.disabled = !model || !model.points.length;
    box.addEventListener("change", () => {
      chosen = box.checked ? [...chosen, name] : chosen.filter((each) => each !== name);
      put("draw", chosen.join("\n"));
      redraw();
    });
  }
  sortable(table, "sort", (key) => key !== "seconds");

  // --- filter
  const filter = find("#filter");
  const rows = findAll("tbody tr", table).map((row) => [row, row.textContent.toLowerCase()]);
  function applyFilter() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    find("#count").textContent = words.length ? `${shown} of ${rows.length} candidates` : "";
  }
  filter.value = state.get("filter") || "";
  filter.addEventListener("input", () => { put("filter", filter.value); applyFilter(); });
  applyFilter();
  page.showTheme();
  drawLegend();
})();
