import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Trainer } from './Trainer';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Trainer />
  </StrictMode>,
);
