package org.sealpost.acceptance.house;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The rooms and their dependencies as the poms state them, in the order of the reactor. */
record ModuleGraph(Map<String, Set<String>> dependencies) {
    private static final String PREFIX = "sealpost-";

    static ModuleGraph read(Path root) throws Exception {
        Map<String, Set<String>> graph = new LinkedHashMap<>();
        for (String module : texts(parse(root.resolve("pom.xml")), "module")) {
            graph.put(module, direct(parse(root.resolve(module).resolve("pom.xml"))));
        }
        return new ModuleGraph(graph);
    }

    /** A copy with one more dependency, to see a rule fail. */
    ModuleGraph planting(String module, String dependency) {
        Map<String, Set<String>> copy = new LinkedHashMap<>(dependencies);
        Set<String> more = new HashSet<>(copy.get(module));
        more.add(dependency);
        copy.put(module, more);
        return new ModuleGraph(copy);
    }

    /** Everything that a path of dependencies leads to. */
    Set<String> reachable(String module) {
        Set<String> seen = new HashSet<>();
        List<String> open = new ArrayList<>(dependencies.get(module));
        while (!open.isEmpty()) {
            String next = open.remove(open.size() - 1);
            if (seen.add(next)) {
                open.addAll(dependencies.get(next));
            }
        }
        return seen;
    }

    /** Dependencies on rooms that stand later in the reactor's list: a room only looks down. */
    List<String> looksUp() {
        List<String> order = List.copyOf(dependencies.keySet());
        return IntStream.range(0, order.size())
                .boxed()
                .flatMap(i -> dependencies.get(order.get(i)).stream()
                        .filter(d -> order.indexOf(d) >= i)
                        .map(d -> order.get(i) + " -> " + d))
                .toList();
    }

    private static Set<String> direct(Document pom) {
        Set<String> found = new HashSet<>();
        Element project = pom.getDocumentElement();
        for (Node n = project.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element e && e.getTagName().equals("dependencies")) {
                for (Element dependency : children(e)) {
                    String artifact = text(dependency, "artifactId");
                    if (artifact.startsWith(PREFIX)
                            && !text(dependency, "scope").equals("test")) {
                        found.add(artifact.substring(PREFIX.length()));
                    }
                }
            }
        }
        return found;
    }

    private static List<Element> children(Element parent) {
        List<Element> found = new ArrayList<>();
        for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element e) {
                found.add(e);
            }
        }
        return found;
    }

    private static String text(Element parent, String tag) {
        var nodes = parent.getElementsByTagName(tag);
        return nodes.getLength() == 0 ? "" : nodes.item(0).getTextContent().trim();
    }

    private static List<String> texts(Document document, String tag) {
        var nodes = document.getElementsByTagName(tag);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> nodes.item(i).getTextContent().trim())
                .toList();
    }

    private static Document parse(Path pom) throws Exception {
        try (var in = Files.newInputStream(pom)) {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
        }
    }
}
