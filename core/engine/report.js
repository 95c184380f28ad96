// Figures of the report, drawn with D3 from the JSON in the page. Without this script the page still reads: every figure has a table.
(function () {
  'use strict';
  var data = JSON.parse(document.getElementById('figures').textContent);
  var root = document.documentElement;
  root.classList.add('js');

  var minus = function (text) { return text.replace(/-/g, '\u2212'); };
  var short = function (x) {
    if (x === null || x === undefined) return '\u2013';
    var size = Math.abs(x);
    return minus(d3.format(size >= 1000 && size < 1e7 ? ',.0f' : size && size < 1e-3 ? '.2~e' : '.3~r')(x));
  };
  // Whole amounts set low; SVG text has no <sub>.
  var formula = function (text) {
    return text.replace(/([A-Za-z)\]])(\d+)(?![\d.])/g, function (all, before, digits) {
      return before + digits.replace(/\d/g, function (c) { return String.fromCharCode(0x2080 + +c); });
    });
  };
  var percent = function (x) { return d3.format('.0%')(x); };
  var withUnit = function (m) { return m.unit ? ' [' + m.unit + ']' : ''; };

  // --- a note beside the pointer; text only, never markup ---
  var tip = d3.select('body').append('div').attr('class', 'tip');
  function note(selection, lines) {
    selection
      .on('mousemove touchstart', function (d) {
        var x = d3.event.clientX || (d3.event.touches && d3.event.touches[0].clientX) || 0;
        var y = d3.event.clientY || (d3.event.touches && d3.event.touches[0].clientY) || 0;
        tip.selectAll('div').remove();
        lines(d).forEach(function (line, i) { tip.append('div').text(line).style('font-weight', i ? null : 600); });
        var box = tip.node().getBoundingClientRect();
        tip.style('left', Math.max(4, Math.min(x + 14, window.innerWidth - box.width - 6)) + 'px')
          .style('top', (y + box.height + 24 > window.innerHeight ? y - box.height - 10 : y + 16) + 'px').style('opacity', 1);
      })
      .on('mouseleave touchend', function () { tip.style('opacity', 0); });
  }

  // --- a frame with axes, grid and labels ---
  function frame(el, height, margin) {
    var width = Math.max(260, el.clientWidth), h = Math.round(height);
    d3.select(el).selectAll('svg').remove();
    var svg = d3.select(el).append('svg').attr('width', width).attr('height', h).attr('viewBox', '0 0 ' + width + ' ' + h);
    return { g: svg.append('g').attr('transform', 'translate(' + margin.left + ',' + margin.top + ')'), w: width - margin.left - margin.right,
      h: h - margin.top - margin.bottom };
  }
  // Marks of an axis: about n on a linear one, the decades on a logarithmic one.
  function marks(s, n) {
    return s.base ? s.ticks(n).filter(function (v) { return Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9; }) : s.ticks(n);
  }
  function axes(f, x, y, xLabel, yLabel, xFormat, yFormat) {
    var n = f.w < 320 ? 4 : f.w < 600 ? 5 : 8, m = f.h < 320 ? 5 : 7;
    f.g.append('g').attr('class', 'grid').selectAll('line').data(marks(y, m)).enter().append('line').attr('x2', f.w)
      .attr('y1', function (d) { return y(d); }).attr('y2', function (d) { return y(d); });
    f.g.append('g').attr('class', 'axis-line').attr('transform', 'translate(0,' + f.h + ')')
      .call(d3.axisBottom(x).tickValues(marks(x, n)).tickSize(4).tickFormat(xFormat || short)).select('.domain').attr('d', 'M0,0H' + f.w);
    f.g.append('g').attr('class', 'axis-line').call(d3.axisLeft(y).tickValues(marks(y, m)).tickSize(0).tickPadding(6).tickFormat(yFormat || short)).select('.domain').remove();
    f.g.append('text').attr('class', 'label').attr('x', f.w / 2).attr('y', f.h + 38).attr('text-anchor', 'middle').text(xLabel);
    f.g.append('text').attr('class', 'label').attr('x', -44).attr('y', -12).text(yLabel);
  }
  var margin = { left: 52, right: 14, top: 34, bottom: 48 };

  function dots(f, points, x, y, radius) {
    return f.g.append('g').selectAll('circle').data(points).enter().append('circle').attr('r', radius).attr('cx', x).attr('cy', y);
  }

  // --- surrogate ---
  function parity(el, m) {
    var f = frame(el, Math.min(el.clientWidth, 380), margin);
    var all = d3.merge(m.points.map(function (p) { return [p[1], p[2]]; }));
    var domain = d3.extent(all), x = d3.scaleLinear().domain(domain).nice().range([0, f.w]), y = d3.scaleLinear().domain(x.domain()).range([f.h, 0]);
    axes(f, x, y, 'measured' + withUnit(m), 'predicted' + withUnit(m));
    f.g.append('line').attr('x1', x(x.domain()[0])).attr('y1', y(x.domain()[0])).attr('x2', x(x.domain()[1])).attr('y2', y(x.domain()[1]))
      .style('stroke', 'var(--ink)').style('stroke-width', 1);
    var many = m.points.length > 800, sorted = m.points.slice().sort(function (a, b) { return b[5] - a[5]; });
    var c = dots(f, sorted, function (p) { return x(p[1]); }, function (p) { return y(p[2]); }, many ? 2.2 : 3)
      .style('fill', function (p) { return p[5] ? 'var(--blue)' : 'none'; }).style('fill-opacity', many ? 0.3 : 0.5)
      .style('stroke', function (p) { return p[5] ? 'none' : 'var(--vermilion)'; }).style('stroke-width', 1.1);
    note(c, function (p) {
      return [formula(p[0]), 'measured ' + short(p[1]) + ' ' + m.unit, 'predicted ' + short(p[2]) + ' (' + short(p[3]) + ' to ' + short(p[4]) + ')',
        p[5] ? 'inside the domain' : 'outside the domain'];
    });
    f.g.append('text').attr('class', 'quiet halo').attr('x', 8).attr('y', 12).text('MAE ' + short(m.mae) + ' ' + m.unit + ',  R\u00b2 ' + short(m.r2));
    if (m.points.length < m.n)
      f.g.append('text').attr('class', 'quiet halo').attr('x', 8).attr('y', 28).text(d3.format(',')(m.points.length) + ' of ' + d3.format(',')(m.n) + ' shown');
  }

  function calibration(el, m) {
    var f = frame(el, Math.min(el.clientWidth, 380), margin), x = d3.scaleLinear().range([0, f.w]), y = d3.scaleLinear().range([f.h, 0]);
    axes(f, x, y, 'nominal size of the interval', 'measured values inside', percent, percent);
    f.g.append('line').attr('x1', 0).attr('y1', f.h).attr('x2', f.w).attr('y2', 0).style('stroke', 'var(--grey)').style('stroke-dasharray', '4 4');
    var line = d3.line().x(function (d) { return x(d[0]); }).y(function (d) { return y(d[1]); });
    var label = 0;
    [['outside', 'var(--vermilion)', 'outside the domain'], ['inside', 'var(--green)', 'inside the domain'], ['all', 'var(--blue)', 'all']].forEach(function (s) {
      var points = m.level.map(function (l, i) { return [l, m[s[0]][i], s[2]]; }).filter(function (d) { return d[1] !== null; });
      if (!points.length) return;
      var dash = { outside: '2 3', inside: '7 3', all: null }[s[0]];
      f.g.append('path').attr('d', line(points)).style('fill', 'none').style('stroke', s[1]).style('stroke-width', s[0] === 'all' ? 2.2 : 1.6).style('stroke-dasharray', dash);
      note(dots(f, points, function (d) { return x(d[0]); }, function (d) { return y(d[1]); }, s[0] === 'all' ? 3.4 : 2.6).style('fill', s[1]), function (d) {
        return [d[2], 'nominal ' + percent(d[0]), 'observed ' + d3.format('.1%')(d[1])];
      });
      f.g.append('path').attr('d', 'M' + (f.w - 30) + ' ' + (f.h - 14 - 17 * label) + 'h24').style('stroke', s[1]).style('stroke-width', 2).style('stroke-dasharray', dash);
      f.g.append('text').attr('class', 'halo').attr('x', f.w - 36).attr('y', f.h - 10 - 17 * label++).attr('text-anchor', 'end').style('fill', s[1])
        .style('font-weight', 600).text(s[2]);
    });
  }

  function residuals(el, m) {
    var f = frame(el, Math.min(el.clientWidth, 380), margin), n = m.bins.length;
    var x = d3.scaleLinear().domain([m.from, m.from + n * m.width]).range([0, f.w]);
    var y = d3.scaleLinear().domain([0, d3.max(m.bins)]).nice().range([f.h, 0]);
    axes(f, x, y, 'predicted \u2212 measured' + withUnit(m), 'materials');
    note(f.g.append('g').selectAll('rect').data(m.bins).enter().append('rect').attr('x', function (d, i) { return x(m.from + i * m.width) + 0.5; })
      .attr('width', Math.max(1, f.w / n - 1)).attr('y', function (d) { return y(d); }).attr('height', function (d) { return f.h - y(d); })
      .attr('data-i', function (d, i) { return i; }).style('fill', 'var(--blue)').style('fill-opacity', 0.75), function (d) { return [d + ' materials']; });
    [-m.mae, m.mae].forEach(function (v) {
      f.g.append('line').attr('x1', x(v)).attr('x2', x(v)).attr('y1', 0).attr('y2', f.h).style('stroke', 'var(--vermilion)').style('stroke-dasharray', '4 3');
    });
    f.g.append('text').attr('class', 'quiet halo').attr('x', x(m.mae) + 5).attr('y', 10).text('\u00b1 MAE').style('fill', 'var(--vermilion)');
  }

  function classes(el, m) {
    var f = frame(el, Math.min(el.clientWidth, 380), margin), k = 20, x = d3.scaleLinear().range([0, f.w]);
    var counts = [m.high, m.low].map(function (c) {
      var bins = d3.range(k).map(function () { return 0; });
      m.points.forEach(function (p) { if (p[1] === c) bins[Math.min(k - 1, Math.floor(p[2] * k))]++; });
      return bins;
    });
    var y = d3.scaleLinear().domain([0, d3.max(d3.merge(counts))]).nice().range([f.h, 0]);
    axes(f, x, y, 'predicted probability of ' + short(m.high), 'materials', percent);
    counts.forEach(function (bins, c) {
      var colour = c ? 'var(--vermilion)' : 'var(--blue)';
      f.g.append('g').selectAll('rect').data(bins).enter().append('rect').attr('x', function (d, i) { return x(i / k) + 1; })
        .attr('width', f.w / k - 2).attr('y', function (d) { return y(d); }).attr('height', function (d) { return f.h - y(d); })
        .style('fill', colour).style('fill-opacity', 0.45).style('stroke', colour);
      f.g.append('text').attr('class', 'halo').attr('x', f.w / 2).attr('y', 12 + 17 * c).attr('text-anchor', 'middle').style('fill', colour)
        .style('font-weight', 600).text('truly ' + short(c ? m.low : m.high));
    });
  }

  function reliability(el, m) {
    var f = frame(el, Math.min(el.clientWidth, 380), margin), x = d3.scaleLinear().range([0, f.w]), y = d3.scaleLinear().range([f.h, 0]);
    axes(f, x, y, 'predicted probability', 'observed share', percent, percent);
    f.g.append('line').attr('x1', 0).attr('y1', f.h).attr('x2', f.w).attr('y2', 0).style('stroke', 'var(--grey)').style('stroke-dasharray', '4 4');
    var points = m.predicted.map(function (p, i) { return [p, m.happened[i], m.rows[i]]; }).filter(function (d) { return d[0] !== null; });
    var r = d3.scaleSqrt().domain([0, d3.max(points, function (d) { return d[2]; })]).range([2, 9]);
    f.g.append('path').attr('d', d3.line().x(function (d) { return x(d[0]); }).y(function (d) { return y(d[1]); })(points)).style('fill', 'none')
      .style('stroke', 'var(--blue)').style('stroke-width', 2);
    note(dots(f, points, function (d) { return x(d[0]); }, function (d) { return y(d[1]); }, 4).attr('r', function (d) { return r(d[2]); })
      .style('fill', 'var(--blue)').style('fill-opacity', 0.7), function (d) {
      return [d[2] + ' materials', 'predicted ' + percent(d[0]), 'observed ' + percent(d[1])];
    });
  }

  // --- trade-off: two columns of the candidates against each other. A candidate is [formula, a value for each axis..., Pareto layer] ---
  var everyone = data.rows.concat(data.sample), nAxes = data.axes.length, DISTANCE = nAxes - 1;
  var CHANCE = data.chance ? nAxes - 2 : DISTANCE; // where nothing can be missed there is no chance: how far it is stands in for it
  function has(r, i) { return r[i + 1] !== null; }
  function varies(i) {
    var e = d3.extent(everyone, function (r) { return r[i + 1]; });
    return e[0] !== undefined && e[1] > e[0];
  }
  // The candidates that none beats in both figures, along x.
  function front(rows, i, j, gi, gj) {
    var best = -Infinity;
    return rows.slice().sort(function (a, b) { return gi * (b[i + 1] - a[i + 1]) || gj * (b[j + 1] - a[j + 1]); }).filter(function (r) {
      if (gj * r[j + 1] <= best) return false;
      best = gj * r[j + 1];
      return true;
    });
  }
  // A front is between two figures with a better end: which (goal, +1 or -1) comes with the axis. A window counts by its chance.
  function firstChoice(role) {
    var others = d3.range(CHANCE).filter(varies), asked = others.filter(function (i) { return data.axes[i].asked; });
    var ends = others.filter(function (i) { return data.axes[i].goal; });
    var best = asked.length > 1 ? { x: asked[0], y: asked[1] } : { x: CHANCE, y: ends.length ? ends[0] : DISTANCE };
    if (role === 'front') return best;
    function again(i) { return (best.x === 0 && best.y === i) || (best.y === 0 && best.x === i); } // the same two
    var y = others.filter(function (i) { return i && !again(i); })[0];
    return { x: 0, y: y || CHANCE };
  }
  function selects(el) {
    if (d3.select(el.parentNode).select('.choose').size()) return;
    var box = d3.select(el.parentNode).insert('div', '.plot').attr('class', 'choose');
    [['y', 'up'], ['x', 'across']].forEach(function (k) {
      var s = box.append('label').text(k[1] + ' ').append('select').on('change', function () { el.chosen[k[0]] = +this.value; tradeoff(el); });
      s.selectAll('option').data(data.axes).enter().append('option').attr('value', function (d, i) { return i; }).text(function (d) { return d.label; })
        .property('selected', function (d, i) { return i === el.chosen[k[0]]; });
    });
  }
  // Linear, or logarithmic when the figures spread over more than two and a half decades (crustal abundance).
  function scale(i, range) {
    var axis = data.axes[i], v = everyone.map(function (r) { return r[i + 1]; }).concat([axis.min, axis.max]).filter(function (x) { return x !== null; });
    var e = d3.extent(v);
    if (e[0] === undefined) e = [0, 1];
    if (!axis.share && i < CHANCE && e[0] > 0 && e[1] / e[0] > 300) return d3.scaleLog().domain([e[0] / 1.2, e[1] * 1.2]).range(range);
    if (axis.share) { e = [Math.max(0, e[0] - 0.03), Math.min(1, e[1] + 0.03)]; return d3.scaleLinear().domain(e).range(range); }
    var pad = (e[1] - e[0] || Math.abs(e[0]) || 1) * 0.03;
    return d3.scaleLinear().domain([e[0] >= 0 && e[0] < pad * 2 ? 0 : e[0] - pad, e[1] + pad]).range(range);
  }
  function band(f, axis, scale, across) {
    if (axis.min === null && axis.max === null) return;
    var p = axis.min === null ? scale.range()[0] : scale(axis.min), q = axis.max === null ? scale.range()[1] : scale(axis.max);
    f.g.append('rect').attr(across ? 'x' : 'y', Math.min(p, q)).attr(across ? 'width' : 'height', Math.abs(p - q)).attr(across ? 'height' : 'width', across ? f.h : f.w)
      .style('fill', 'var(--band)').style('opacity', 0.8);
  }
  function tradeoff(el) {
    el.chosen = el.chosen || firstChoice(el.dataset.role);
    selects(el);
    var i = el.chosen.x, j = el.chosen.y, a = data.axes[i], b = data.axes[j];
    var f = frame(el, Math.min(420, Math.max(300, el.clientWidth * 0.8)), { left: 52, right: 14, top: 34, bottom: 48 });
    var x = scale(i, [0, f.w]), y = scale(j, [f.h, 0]);
    band(f, a, x, true);
    band(f, b, y, false);
    axes(f, x, y, a.label, b.label, a.share ? percent : short, b.share ? percent : short);
    var there = function (r) { return has(r, i) && has(r, j); }, cx = function (r) { return x(r[i + 1]); }, cy = function (r) { return y(r[j + 1]); };
    var rows = data.rows.filter(there), lines = function (r) {
      var k = data.rows.indexOf(r);
      return [(k < 0 ? '' : '#' + (k + 1) + '  ') + formula(r[0])].concat(data.axes.map(function (q, n) { return q.label + ': ' + short(r[n + 1]); }),
        r[nAxes + 1] ? ['Pareto layer ' + r[nAxes + 1]] : []);
    };
    note(dots(f, data.sample.filter(there), cx, cy, 2.4).style('fill', 'var(--grey)').style('fill-opacity', 0.5), lines);
    var gi = a.goal, gj = b.goal, edge = gi && gj && i !== j ? front(everyone.filter(there), i, j, gi, gj) : [];
    if (edge.length > 1)
      f.g.append('path').attr('d', d3.line().curve(d3.curveStepAfter).x(cx).y(cy)(edge)).style('fill', 'none').style('stroke', 'var(--vermilion)')
        .style('stroke-width', 1.6);
    note(dots(f, rows.slice().reverse(), cx, cy, 4).style('fill', 'var(--blue)').style('fill-opacity', 0.85)
      .style('stroke', function (r) { return r[nAxes + 1] === 1 ? 'var(--vermilion)' : 'var(--paper)'; })
      .style('stroke-width', function (r) { return r[nAxes + 1] === 1 ? 1.8 : 0.8; }), lines);
    labels(f, edge.filter(function (r) { return data.rows.indexOf(r) >= 0; }).concat(rows.slice(0, 3)), cx, cy);
  }
  // The first few by name where there is room, by rank where the name is long.
  function labels(f, rows, cx, cy) {
    var placed = [];
    rows.forEach(function (r) {
      var name = r[0].length > 14 ? '#' + (data.rows.indexOf(r) + 1) : formula(r[0]), px = cx(r), py = cy(r), w = name.length * 7.4 + 10, left = px + w > f.w, box = [left ? px - w : px, py - 18, left ? px : px + w, py + 2];
      if (py < 14 || placed.some(function (o) { return box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3]; })) return;
      placed.push(box);
      f.g.append('text').attr('class', 'label halo').attr('x', px + (left ? -7 : 7)).attr('y', py - 5).attr('text-anchor', left ? 'end' : 'start').text(name);
    });
  }

  // --- tables that sort ---
  function sortable(table) {
    var heads = Array.prototype.slice.call(table.querySelectorAll('thead th')), body = table.tBodies[0];
    heads.forEach(function (th, k) {
      if (!th.dataset.sort) return;
      th.tabIndex = 0;
      var go = function () {
        var down = th.getAttribute('aria-sort') === 'ascending';
        var number = th.dataset.sort === 'number';
        var key = function (tr) {
          var td = tr.cells[k];
          if (!number) return td.textContent;
          var v = parseFloat(td.dataset.value !== undefined ? td.dataset.value : td.textContent);
          return isNaN(v) ? Infinity : v;
        };
        var rows = Array.prototype.slice.call(body.rows).map(function (tr, i) { return { tr: tr, key: key(tr), i: i }; });
        rows.sort(function (a, b) {
          var c = number ? a.key - b.key || 0 : a.key.localeCompare(b.key);
          return (down ? -c : c) || a.i - b.i;
        });
        rows.forEach(function (r) { body.appendChild(r.tr); });
        heads.forEach(function (h) { h.removeAttribute('aria-sort'); });
        th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      };
      th.addEventListener('click', go);
      th.addEventListener('keydown', function (e) { if (e.key === 'Enter') go(); });
    });
  }
  // --- a long list shows its first rows; on a narrow page a row is a card, whose cells say what they are ---
  function foldable(table) {
    var heads = table.querySelectorAll('thead th'), rows = table.querySelectorAll('tbody tr'), few = 25;
    Array.prototype.forEach.call(rows, function (row) {
      Array.prototype.forEach.call(row.children, function (cell, i) {
        var head = heads[i].cloneNode(true), plot = head.querySelector('svg');
        if (plot) plot.parentNode.removeChild(plot);
        if (cell.tagName === 'TD') cell.dataset.label = head.textContent.trim();
      });
    });
    // more columns than the text is wide: the list takes the width of the window
    if (table.scrollWidth > table.parentNode.clientWidth) table.parentNode.classList.add('broad');
    if (rows.length <= few) return;
    var button = document.createElement('button');
    function show(all) {
      table.classList.toggle('few', !all);
      button.textContent = all ? 'show the first ' + few : 'show all ' + rows.length;
    }
    button.className = 'more';
    button.type = 'button';
    button.addEventListener('click', function () { show(table.classList.contains('few')); });
    table.parentNode.parentNode.insertBefore(button, table.parentNode.nextSibling);
    show(false);
  }

  Array.prototype.forEach.call(document.querySelectorAll('table.shortlist'), sortable);
  Array.prototype.forEach.call(document.querySelectorAll('table.shortlist'), foldable);

  var draw = { parity: parity, calibration: calibration, residuals: residuals, classes: classes, reliability: reliability, tradeoff: tradeoff };
  function all() {
    Array.prototype.forEach.call(document.querySelectorAll('.plot[data-plot]'), function (el) { draw[el.dataset.plot](el, data.models[+el.dataset.model]); });
  }
  all();
  var timer = 0, width = window.innerWidth;
  window.addEventListener('resize', function () {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    clearTimeout(timer);
    timer = setTimeout(all, 150);
  });
})();
