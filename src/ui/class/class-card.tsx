import { useState } from 'react';
import { useApp, useAppState } from '../app-context.ts';
import { KeyRows } from '../panels/key-rows.tsx';
import { resetForNextClass } from './next-class.ts';
import { PRESENTER_KEYS } from './presenter-keys.ts';
import './class.css';

/** What a teacher needs before a class and after it. */
export function ClassCard({ close }: { readonly close: () => void }) {
  return (
    <>
      <PresentPart close={close} />
      <ResetPart close={close} />
    </>
  );
}

function PresentPart({ close }: { readonly close: () => void }) {
  const { store } = useApp();
  const presenting = useAppState((state) => state.presenting);
  const toggle = () => {
    close();
    store.setState({ presenting: !presenting, blank: false });
  };
  return (
    <section className="class-part">
      <h3>Present</h3>
      <p className="dim">Large type on the whole screen, and these keys, which a slide remote has:</p>
      <KeyRows rows={PRESENTER_KEYS} />
      <p className="card-actions">
        <button type="button" className="button button-main" aria-pressed={presenting} onClick={toggle}>
          {presenting ? 'End the presentation' : 'Present'}
        </button>
      </p>
    </section>
  );
}

interface ResetProps {
  readonly close: () => void;
}

function ResetPart({ close }: ResetProps) {
  const { store, commands } = useApp();
  const [asking, setAsking] = useState(false);
  const start = () => {
    close();
    void resetForNextClass(store, commands);
  };
  return (
    <section className="class-part">
      <h3>Next class</h3>
      <p className="dim">
        The same cluster from its beginning. What the present one stored is deleted; console, lines run before and
        selection are cleared.
      </p>
      <p className="card-actions">
        {asking ? (
          <>
            {/* The button that was pressed is gone: the focus goes to the one that loses nothing. */}
            {/* biome-ignore lint/a11y/noAutofocus: the answer to what was just asked, inside an open dialog */}
            <button type="button" className="button" autoFocus onClick={() => setAsking(false)}>
              Back
            </button>
            <button type="button" className="button button-main" onClick={start}>
              Delete and begin anew
            </button>
          </>
        ) : (
          <button type="button" className="button" onClick={() => setAsking(true)}>
            Reset for the next class
          </button>
        )}
      </p>
    </section>
  );
}
