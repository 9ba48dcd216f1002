"use strict";
// What both pages share: state in the address, theme, sorting, a pointer's tip, drawing again when the place changes.
const page = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const state = new URLSearchParams(location.hash.slice(1));
  const drawings = [];
  const find = (selector, inside = document) => inside.querySelector(selector);
  const findAll = (selector, inside = document) => [...inside.querySelectorAll(selector)];

  function put(name, value) {
    if (value === null || value === "") state.delete(name);
    else state.set(name, value);
    history.replaceState(null, "", `#${state}`);
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  }

  function say(text) {
    find("#said").textContent = text;
  }

  // --- theme: the system's, until the button says otherwise
  const isDarkSystem = matchMedia("(prefers-color-scheme: dark)");
  const theme = find("#theme");
  function showTheme() {
    const isDark = state.has("theme") ? state.get("theme") === "dark" : isDarkSystem.matches;
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    theme.setAttribute("aria-pressed", String(isDark));
    drawAll();
  }
  theme.addEventListener("click", () => {
    put("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    showTheme();
  });
  isDarkSystem.addEventListener("change", showTheme);

  // --- charts: one picture with one name to a screen reader; the tables have the numbers
  function readable(chart) {
    if (chart.tagName !== "svg") return chart;
    chart.setAttribute("role", "img");
    for (const mark of findAll("g[aria-label]", chart)) {
      mark.dataset.mark = mark.getAttribute("aria-label");
      mark.removeAttribute("aria-label");
    }
    for (const each of findAll("[aria-description]", chart)) each.removeAttribute("aria-description");
    return chart;
  }
  function draw(selector, make) {
    const place = find(selector);
    if (place === null) return () => {};
    const drawing = () => {
      const chart = make(Math.max(280, place.clientWidth));
      place.replaceChildren(...(chart === null ? [] : [readable(chart)]));
    };
    drawings.push(drawing);
    return drawing;
  }
  function drawAll() {
    for (const drawing of drawings) drawing();
  }
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) requestAnimationFrame(drawAll);
    width = innerWidth;
  });

  const usual = () => ({
    style: { background: "none", color: colour("ink"), fontFamily: "inherit", fontSize: "12px", overflow: "visible" },
  });

  // A tip beside the pointer: `tip(chart, points, text)`, where points have x and y in pixels of the chart.
  const bubble = find("#tip");
  function tip(chart, points, text) {
    chart.addEventListener("pointermove", (event) => {
      const box = chart.getBoundingClientRect();
      const scale = chart.viewBox.baseVal.width / box.width || 1;
      const x = (event.clientX - box.left) * scale;
      const y = (event.clientY - box.top) * scale;
      let best = null;
      let least = 30 * 30;
      for (const point of points) {
        const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
        if (distance < least) [best, least] = [point, distance];
      }
      bubble.hidden = best === null;
      if (best === null) return;
      bubble.textContent = text(best);
      bubble.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - bubble.offsetWidth - 8))}px`;
      bubble.style.top = `${Math.max(4, Math.min(event.clientY + 14, innerHeight - bubble.offsetHeight - 8))}px`;
    });
    chart.addEventListener("pointerleave", () => { bubble.hidden = true; });
    addEventListener("scroll", () => { bubble.hidden = true; }, { passive: true });
    return chart;
  }

  // --- tables: rows with data-KEY are sorted by it, numbers as numbers, empty last
  function compare(key, isUp) {
    return (one, other) => {
      const [a, b] = [one.dataset[key], other.dataset[key]];
      if (a === "" || b === "") return (a === "") - (b === "");
      const order = isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b;
      return isUp ? order : -order;
    };
  }
  function sort(table, key, isUp) {
    const body = find("tbody", table);
    body.append(...findAll("tr", body).sort(compare(key, isUp)));
    for (const button of findAll("th button[data-key]", table)) {
      const head = button.closest("th");
      if (button.dataset.key === key) head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    }
  }
  function sortable(table, name = "sort", isUpFirst = () => true) {
    for (const button of findAll("th button[data-key]", table)) {
      button.addEventListener("click", () => {
        const key = button.dataset.key;
        const now = button.closest("th").getAttribute("aria-sort");
        const isUp = now === null ? isUpFirst(key) : now === "descending";
        put(name, `${key}.${isUp ? "up" : "down"}`);
        sort(table, key, isUp);
        say(`Sorted by ${button.textContent}, ${isUp ? "ascending" : "descending"}`);
      });
    }
    restore(table, name);
  }
  function restore(table, name = "sort") {
    const [key, way] = (state.get(name) || "").split(".");
    if (key && find(`th button[data-key="${CSS.escape(key)}"]`, table)) sort(table, key, way !== "down");
  }

  // --- copy
  for (const button of findAll(".copy")) {
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        say("Copied");
        button.textContent = "Copied";
      } catch {
        const range = document.createRange();
        range.selectNodeContents(find("code", button.closest(".command")));
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        say("Selected: copy it with the keyboard");
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  return { data, state, find, findAll, put, colour, say, draw, drawAll, usual, tip, sortable, restore, element, short, readable, showTheme };
})();
