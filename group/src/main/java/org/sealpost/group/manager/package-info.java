/** What a group manager says to a standard client: RFC 9594 in the profile of draft-ietf-ace-key-groupcomm-oscore. */
@org.jspecify.annotations.NullMarked
package org.sealpost.group.manager;
