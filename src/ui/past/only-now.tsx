import { useApp } from '../app-context.ts';

/** In place of what the nodes are asked for, while an earlier moment is shown: they do not know what they once held. */
export function OnlyNow({ what }: { readonly what: string }) {
  const { look } = useApp();
  return (
    <div className="empty">
      <p>{what}</p>
      <p>
        <button type="button" className="button" onClick={() => void look('now')}>
          Back to now
        </button>
      </p>
    </div>
  );
}
