package org.sealpost.load.groups;

import java.util.List;
import java.util.Locale;

/** A bar chart on a logarithmic scale as SVG, readable in light and dark. */
final class Chart {
    private static final int LEFT = 170;
    private static final int WIDTH = 640;
    private static final int BAR = 22;
    private static final int STEP = 32;
    private static final int TOP = 46;

    private Chart() {}

    /** A bar, at least 1. */
    record Bar(String name, double value, String label) {}

    static String bars(String title, String note, List<Bar> bars) {
        double most = bars.stream().mapToDouble(Bar::value).max().orElse(10);
        int decades = Math.max(1, (int) Math.ceil(Math.log10(most)));
        int height = TOP + bars.size() * STEP + 40;
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"13\">%n",
                LEFT + WIDTH + 110,
                height,
                LEFT + WIDTH + 110,
                height));
        svg.append(String.format("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n"));
        svg.append(String.format("<text x=\"8\" y=\"22\" font-size=\"16\" fill=\"#222222\">%s</text>%n", text(title)));
        for (int d = 0; d <= decades; d++) {
            int x = LEFT + WIDTH * d / decades;
            svg.append(String.format(
                    "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#dddddd\"/>%n",
                    x, TOP - 8, x, height - 34));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#666666\">%,.0f</text>%n",
                    x,
                    height - 20,
                    Math.pow(10, d)));
        }
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            int y = TOP + i * STEP;
            int width = (int) Math.max(2, WIDTH * Math.log10(Math.max(1, bar.value)) / decades);
            svg.append(String.format(
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#222222\">%s</text>%n",
                    LEFT - 8, y + 16, text(bar.name)));
            svg.append(String.format(
                    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#2f6f9f\"/>%n", LEFT, y, width, BAR));
            svg.append(String.format(
                    "<text x=\"%d\" y=\"%d\" fill=\"#222222\">%s</text>%n", LEFT + width + 6, y + 16, text(bar.label)));
        }
        svg.append(String.format(
                "<text x=\"8\" y=\"%d\" font-size=\"11\" fill=\"#666666\">%s</text>%n</svg>%n",
                height - 5, text(note)));
        return svg.toString();
    }

    private static String text(String raw) {
        return raw.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
