# SPDX-License-Identifier: GPL-2.0-only
# The memory benchmark's two figures. gnuplot -e "data='FILE'; out='FILE.svg'; what='…'; ticks='…'":
# a table with a line for each x: x, then local disk's and remote memory's bytes per second for
# sequential reads, random reads, sequential writes, random writes, in turn.
set terminal svg size 900,560 font "sans,13" background "#ffffff"
set output out
set key outside right top vertical
set logscale x 2
set logscale y 10
set grid
set xlabel what
set ylabel "MB/s"
set format y "%g"
set style data linespoints
set xtics rotate by -30
plot data using 1:($2/1e6):xtic(10) title "sequential read, local disk" lc "#1f77b4" dt 2 pt 6, \
     data using 1:($3/1e6) title "sequential read, remote memory" lc "#1f77b4" pt 7, \
     data using 1:($4/1e6) title "random read, local disk" lc "#d62728" dt 2 pt 6, \
     data using 1:($5/1e6) title "random read, remote memory" lc "#d62728" pt 7, \
     data using 1:($6/1e6) title "sequential write, local disk" lc "#2ca02c" dt 2 pt 6, \
     data using 1:($7/1e6) title "sequential write, remote memory" lc "#2ca02c" pt 7, \
     data using 1:($8/1e6) title "random write, local disk" lc "#9467bd" dt 2 pt 6, \
     data using 1:($9/1e6) title "random write, remote memory" lc "#9467bd" pt 7
