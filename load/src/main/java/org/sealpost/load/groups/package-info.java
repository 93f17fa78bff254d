/** {@code sealpost load groups}: evictions, joins and confirmations of groups of up to a million members, scheme beside scheme, with the code that devices and servers run. */
@org.jspecify.annotations.NullMarked
package org.sealpost.load.groups;
