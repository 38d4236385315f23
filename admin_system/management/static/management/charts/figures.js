// The figures of a chart as a table, made when it is opened.

export function figuresTable(words, at, write) {
  const element = document.createElement("details");
  element.className = "plot__figures";
  const summary = document.createElement("summary");
  summary.textContent = words.data;
  const frame = document.createElement("div");
  frame.className = "plot__table";
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", words.data);
  element.append(summary, frame);
  let shown = null;

  function row(kind, values) {
    const line = document.createElement("tr");
    values.forEach((value, column) => {
      const cell = document.createElement(kind === "th" || column === 0 ? "th" : "td");
      cell.scope = kind === "th" ? "col" : "row";
      if (cell.tagName === "TD") cell.removeAttribute("scope");
      cell.textContent = value;
      line.append(cell);
    });
    return line;
  }

  function fill() {
    if (!element.open || shown === null) return;
    const { times, series } = shown;
    const table = document.createElement("table");
    const head = document.createElement("thead");
    head.append(row("th", [words.at, ...series.map((one) => one.name)]));
    const body = document.createElement("tbody");
    for (let index = times.length - 1; index >= 0; index -= 1) {
      body.append(row("td", [at(times[index]), ...series.map((one) => write(one.values[index]))]));
    }
    table.append(head, body);
    frame.replaceChildren(table);
  }
  element.addEventListener("toggle", fill);

  return {
    element,
    show(data) {
      shown = data;
      fill();
    },
  };
}
