/**
 * Groups at the scale of a city: how much a change of a large group costs, and what holds when everything goes wrong at once. A room of its own beside {@code bench}, because {@code bench} measures
 * single operations in JVMs of their own (JMH, with its annotation processor), while this one lets whole fleets run in virtual time, and because it compares with a library that nothing else may
 * depend on.
 */
@org.jspecify.annotations.NullMarked
package org.sealpost.load;
