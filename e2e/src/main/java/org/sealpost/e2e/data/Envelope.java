package org.sealpost.e2e.data;

/**
 * Protected data, ready to be stored.
 *
 * @param content {@code con} of a contentInstance, or the value of a custom attribute
 * @param contentInfo {@code cnf} of the contentInstance; a custom attribute has none, its envelope says the same inside
 */
public record Envelope(String content, String contentInfo) {}
