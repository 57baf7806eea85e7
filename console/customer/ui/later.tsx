// Screens that are not needed to begin are loaded when they are first wanted: what a site's visitor must wait for stays small.

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A component that is loaded when it is first shown, and shows nothing until then. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let Loaded: ComponentType<Props> | undefined;
  return function Later(props: Props) {
    const [, come] = useState(false);
    useEffect(() => {
      if (!Loaded) void load().then((loaded) => come(Boolean((Loaded = loaded))));
    }, []);
    return Loaded ? <Loaded {...props} /> : null;
  };
}
