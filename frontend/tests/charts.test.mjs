import assert from "node:assert/strict";
import { test } from "node:test";
import { option } from "../js/charts.js";

test("tooltips are drawn on the canvas: HTML ones would need inline styles", () => {
  for (const kind of ["bar", "line", "scatter"]) {
    assert.equal(option({ kind, series: [{ name: "a", data: [1] }] }).tooltip.renderMode, "richText");
  }
});

test("a bar chart may lie across", () => {
  const spec = { kind: "bar", x: ["a", "b"], series: [{ name: "p", data: [1, 2] }] };
  assert.deepEqual(option(spec).xAxis.data, ["a", "b"]);
  const across = option({ ...spec, across: true });
  assert.deepEqual(across.yAxis.data, ["a", "b"]);
  assert.equal(across.xAxis.type, "value");
});

test("marks are drawn once, on the first series", () => {
  const { series } = option({
    kind: "line",
    x: ["a"],
    series: [{ name: "p", data: [1] }, { name: "q", data: [2] }],
    marks: [{ name: "limit", y: 3 }],
  });
  assert.deepEqual(series[0].markLine.data, [{ name: "limit", yAxis: 3 }]);
  assert.equal(series[1].markLine, undefined);
});

test("a graph names its links", () => {
  const { series } = option({
    kind: "graph",
    nodes: [{ id: "1", name: "A" }, { id: "2", name: "B", group: 1 }],
    links: [{ source: "1", target: "2", label: "one author" }],
  });
  assert.equal(series[0].links[0].label, "one author");
  assert.notEqual(series[0].data[0].itemStyle.color, series[0].data[1].itemStyle.color);
});
